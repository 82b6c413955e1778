// The admissions of a pass: one, or several if doors without a network admitted it too.
import type { Pass } from '../api/types'

interface PassAdmission {
  admittedAt: string
  device: string | null
}

/** Returns the admissions of a pass, the first one first. Only the issuer sees more than one, and the devices. */
export function admissionsOf({ admittedAt, device, doubleAdmissions }: Pick<Pass, 'admittedAt' | 'device' | 'doubleAdmissions'>): PassAdmission[] {
  if (!admittedAt) return []
  const further = doubleAdmissions ?? []
  return [{ admittedAt, device }, ...further].map((one) => ({ admittedAt: one.admittedAt, device: one.device ?? null }))
}

export const isAdmittedTwice = (pass: Pick<Pass, 'admittedAt' | 'device' | 'doubleAdmissions'>): boolean => admissionsOf(pass).length > 1
