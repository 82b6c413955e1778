// The viewer of a pass: its holder or its issuer.
import type { Pass } from '../api/types'

/** Returns whether the viewer holds a pass. The holder alone sees the code and the listing; that of a pass which is over says nothing. */
export const isHeld = ({ status, code, listingId }: Pick<Pass, 'status' | 'code' | 'listingId'>): boolean =>
  status === 'valid' ? Boolean(code) : status !== 'offered' || Boolean(listingId)
