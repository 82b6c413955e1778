// The types of the API, generated in schema.d.ts.
import type { components } from './schema'

type Schemas = components['schemas']

export type Ticket = Schemas['Ticket']
export type Order = Schemas['Order']
export type Payment = Schemas['Payment']
export type User = Schemas['User']
export type Fault = Schemas['ErrorDetail'] & { price?: number | null }
export type TicketStatus = Schemas['TicketStatus']
export type Pass = Schemas['Pass']
export type PassTransfer = Schemas['PassTransfer']
export type Admission = Schemas['Admission']
export type PassKeys = Schemas['PassKeys']
