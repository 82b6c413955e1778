// Giving a pass away: the claim code and its link, shown once, and taking it back.
import { useQuery, useQueryClient } from '@tanstack/react-query'

import { cancelTransfer, startTransfer } from '../api/passes'
import type { Pass, PassTransfer } from '../api/types'
import { keys, passSince } from '../live/cache'
import { useI18n, useTexts } from '../texts/context'
import { Button } from '../ui/button'
import { ErrorNotice } from '../ui/failure'
import { Late } from '../ui/late'
import { Notice } from '../ui/notice'
import { useCopy } from '../ui/use-copy'
import { useIsWriting, useWrite } from '../ui/use-write'
import { claimLink } from './claim-code'

export function Transfer({ pass, userId }: { pass: Pass; userId: string }) {
  const { texts, format } = useI18n()
  const client = useQueryClient()
  const changes = keys.pass(userId, pass.id)
  // The response alone has the claim code: it is kept for as long as this page is not loaded again.
  const transfer = useQuery<PassTransfer | null>({ queryKey: keys.transfer(userId, pass.id), queryFn: () => null, enabled: false, gcTime: Infinity })
  const { expiresAt, claimCode } = isPending(pass, transfer.data) ? transfer.data : { expiresAt: pass.transferExpiresAt, claimCode: null }
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.passes(userId) })
    return client.invalidateQueries({ queryKey: changes })
  }
  const starting = useWrite({
    changes,
    userId,
    mutationFn: () => startTransfer(userId, pass),
    onSuccess: (started) => {
      client.setQueryData(keys.transfer(userId, pass.id), started)
      client.setQueryData<Pass>(changes, (known) => known && { ...known, transferExpiresAt: started.expiresAt })
    },
    onSettled: refresh,
    message: () => ({ text: texts.transfer.started, to: `/passes/${pass.id}` }),
    shows: 'message',
  })
  const ending = useWrite({
    changes,
    userId,
    mutationFn: async () => {
      await cancelTransfer(userId, pass)
      return pass
    },
    onSettled: refresh,
    message: (before) => (passSince(client, userId, before)?.transferExpiresAt ? null : { text: texts.transfer.takenBack, to: `/passes/${pass.id}` }),
    shows: 'message',
  })
  const isWriting = useIsWriting(changes)
  return (
    <div className="actions">
      <h2>{texts.transfer.title}</h2>
      <ErrorNotice error={starting.error ?? ending.error} />
      {claimCode && <ClaimCode code={claimCode} />}
      <p className="hint">{expiresAt ? texts.transfer.pending(format.moment(expiresAt)) : texts.transfer.hint}</p>
      <div className="row">
        <Button busy={starting.isPending} disabled={isWriting && !starting.isPending} onClick={() => starting.mutate()}>
          {expiresAt ? texts.transfer.again : texts.transfer.start}
        </Button>
        {expiresAt && (
          <Button variant="danger" busy={ending.isPending} disabled={isWriting && !ending.isPending} onClick={() => ending.mutate()}>
            {texts.transfer.takeBack}
          </Button>
        )}
      </div>
      <Late busy={isWriting} />
    </div>
  )
}

/** Returns whether a transfer that was started on this page can be claimed: it was not taken back or replaced since then. */
const isPending = (pass: Pass, started: PassTransfer | null | undefined): started is PassTransfer =>
  Boolean(started) && started?.expiresAt === pass.transferExpiresAt

function ClaimCode({ code }: { code: string }) {
  const texts = useTexts()
  const copy = useCopy()
  const link = claimLink(code)
  return (
    <Notice tone="good" title={texts.transfer.once}>
      <label className="copy-field">
        <span>{texts.transfer.link}</span>
        <input readOnly value={link} onFocus={(event) => event.target.select()} />
      </label>
      <label className="copy-field">
        <span>{texts.transfer.code}</span>
        <input readOnly value={code} onFocus={(event) => event.target.select()} />
      </label>
      <Button onClick={() => void copy(link, texts.transfer.notCopied)}>{texts.transfer.copy}</Button>
    </Notice>
  )
}
