// The admissions of a pass: one, or several if doors without a network admitted it too.
import type { Pass } from '../api/types'

interface PassAdmission {
  admittedAt: string
  device: string | null
}

type Admitted = Pick<Pass, 'admittedAt' | 'device' | 'doubleAdmissions'>

/** Returns the admissions of a pass, the first one first. Only the issuer sees the devices. */
export function admissionsOf({ admittedAt, device, doubleAdmissions }: Admitted): PassAdmission[] {
  const first = admittedAt ? [{ admittedAt, device }] : []
  return [...first, ...(doubleAdmissions ?? [])].map((one) => ({ admittedAt: one.admittedAt, device: one.device ?? null }))
}

export const isAdmittedTwice = (pass: Admitted): boolean => Boolean(pass.admittedAt) && admissionsOf(pass).length > 1

/** Whether a door without a network has admitted a pass that is not used: it did not know of an offer or of a new holder. */
export const hasEnteredUnused = (pass: Admitted): boolean => !pass.admittedAt && admissionsOf(pass).length > 0

/** Whether the holder can offer a pass: nobody pays for one that an earlier holder has entered with. */
export const canResell = ({ status, doubleAdmissions }: Pick<Pass, 'status' | 'doubleAdmissions'>): boolean =>
  status === 'valid' && !doubleAdmissions?.length
