// The status of a pass, as text and colour.
import type { Pass } from '../api/types'
import { useTexts } from '../texts/context'

export function PassBadge({ pass }: { pass: Pass }) {
  const texts = useTexts()
  const status = pass.status === 'valid' && pass.transferExpiresAt ? 'transfer' : pass.status
  return <span className={`badge pass-${status}`}>{texts.pass.status[status]}</span>
}
