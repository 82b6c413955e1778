// Giving a pass away: the claim code and its link, shown once, and taking it back.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { cancelTransfer, startTransfer } from '../api/passes'
import type { Pass, PassTransfer } from '../api/types'
import { keys } from '../live/cache'
import { useI18n, useTexts } from '../texts/context'
import { useAnnounce } from '../ui/announcer'
import { Button } from '../ui/button'
import { ErrorNotice } from '../ui/failure'
import { Notice } from '../ui/notice'
import { useCopy } from '../ui/use-copy'
import { useWrite } from '../ui/use-write'
import { claimLink } from './claim-code'

export function Transfer({ pass, userId }: { pass: Pass; userId: string }) {
  const { texts, format } = useI18n()
  const client = useQueryClient()
  const { showToast } = useAnnounce()
  const [started, setStarted] = useState<PassTransfer | null>(null)
  const changes = keys.pass(userId, pass.id)
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.passes(userId) })
    return client.invalidateQueries({ queryKey: changes })
  }
  const starting = useWrite({
    changes,
    mutationFn: () => startTransfer(userId, pass.id),
    onSuccess: setStarted,
    onSettled: refresh,
  })
  const ending = useWrite({
    changes,
    mutationFn: () => cancelTransfer(userId, pass.id),
    onSuccess: () => {
      setStarted(null)
      showToast(texts.transfer.takenBack)
    },
    onSettled: refresh,
  })
  const expiresAt = started?.expiresAt ?? pass.transferExpiresAt
  return (
    <div className="actions">
      <h2>{texts.transfer.title}</h2>
      <ErrorNotice error={starting.error ?? ending.error} />
      {started && <ClaimCode code={started.claimCode} />}
      <p className="hint">{expiresAt ? texts.transfer.pending(format.moment(expiresAt)) : texts.transfer.hint}</p>
      <div className="row">
        <Button busy={starting.isPending} onClick={() => starting.mutate()}>
          {expiresAt ? texts.transfer.again : texts.transfer.start}
        </Button>
        {expiresAt && (
          <Button variant="danger" busy={ending.isPending} onClick={() => ending.mutate()}>
            {texts.transfer.takeBack}
          </Button>
        )}
      </div>
    </div>
  )
}

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
