// The types of the API, generated in schema.d.ts.
import type { components } from './schema'

type Schemas = components['schemas']

export type Ticket = Schemas['Ticket']
export type Order = Schemas['Order']
export type Payment = Schemas['Payment']
export type User = Schemas['User']
export type ErrorDetail = Schemas['ErrorDetail']
export type TicketStatus = Schemas['TicketStatus']
export type Pass = Schemas['Pass']
export type PassTransfer = Schemas['PassTransfer']
/** `doubleAdmissions`: earlier admissions by doors without a network that did not know of its new holder or its offer. */
export type Admission = Schemas['Admission'] & { doubleAdmissions?: Schemas['DoubleAdmission'][] }
export type PassKeys = Schemas['PassKeys']
