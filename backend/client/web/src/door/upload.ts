// The upload of the admissions that a door has made without a network.
import { getPass, sendCheckIn } from '../api/passes'
import { isCode } from '../api/problem'
import { type DoorAdmission, type UploadOutcome, isOneUploadError, outcomeOfUpload } from './rules'

/**
 * Uploads the admissions that wait, the oldest first, and settles each with the answer of the server. Throws the first error: at once if no
 * other upload can succeed, else after the others.
 */
export async function uploadAdmissions(userId: string, admissions: readonly DoorAdmission[], settle: (settled: DoorAdmission) => Promise<void>): Promise<void> {
  const waiting = admissions.filter(({ outcome }) => outcome === null).sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
  let failure: Error | null = null
  for (const admission of waiting) {
    try {
      await settle({ ...admission, outcome: await upload(userId, admission) })
    } catch (error) {
      if (!isOneUploadError(error)) throw error
      failure ??= error as Error
    }
  }
  if (failure) throw failure
}

async function upload(userId: string, admission: DoorAdmission): Promise<UploadOutcome> {
  const { code, at, device, key } = admission
  if (await hasArrived(userId, admission)) return { kind: 'uploaded' }
  try {
    await sendCheckIn(userId, { code, at, ...(device && { device }) }, key)
    return { kind: 'uploaded' }
  } catch (error) {
    const outcome = outcomeOfUpload(error, admission)
    if (!outcome) throw error
    return outcome
  }
}

/**
 * Returns whether the request without an answer has admitted the guest. It is repeated only where the pass is used: then it has no effect,
 * and the server answers with the first outcome, or that another request came first.
 */
async function hasArrived(userId: string, { passId, code, asked }: DoorAdmission): Promise<boolean> {
  if (!asked) return false
  const { status } = await getPass(userId, passId)
  if (status !== 'used') return false
  const { key, device, startsWithin } = asked
  return sendCheckIn(userId, { code, ...(device && { device }), ...(startsWithin && { startsWithin }) }, key).then(
    () => true,
    (error: unknown) => {
      if (isCode(error, 'already_admitted', 'pass_superseded', 'pass_other_day')) return false
      throw error
    },
  )
}
