// The viewer of a pass: its holder or its issuer.
import type { Pass } from '../api/types'

/** Returns whether the viewer holds a pass. The holder alone sees the code and the listing; that of a pass which is over says nothing. */
export const isHeld = ({ status, code, listingId }: Pick<Pass, 'status' | 'code' | 'listingId'>): boolean =>
  status === 'valid' ? Boolean(code) : status !== 'offered' || Boolean(listingId)

/** Returns whether a claim took back what the claimant was giving away: the same holder as before. `held`: what the claimant held before. */
export const isTakenBack = (claimed: Pick<Pass, 'id' | 'serial'>, held: readonly Pick<Pass, 'id' | 'serial' | 'transferExpiresAt'>[]): boolean =>
  held.some(({ id, serial, transferExpiresAt }) => id === claimed.id && serial === claimed.serial && Boolean(transferExpiresAt))
