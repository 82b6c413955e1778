// The start of an event: the clock time at its place, the zone of the place, and what they make together.
import { serverNow } from '../api/clock'
import { type When, deviceZone, offsetAt, offsetsOn, placeOf } from '../market/zones'
import { useI18n } from '../texts/context'
import { zone as offsetText } from '../texts/format'
import { EventTime } from './details'
import { Choice } from './choice'
import { Field } from './field'
import { Notice } from './notice'
import { useLastPast } from './use-now'
import { ZoneField } from './zone-field'

interface WhenFieldProps {
  when: When
  /** The start as it will be sent; null if there is no such time at the place. */
  startsAt: string | null
  error: string | undefined
  onChange: (when: When) => void
  /** Called with whether the time zone that is typed is one. */
  onZoneMatch: (isMatched: boolean) => void
}

export function WhenField({ when, startsAt, error, onChange, onZoneMatch }: WhenFieldProps) {
  const { texts, format } = useI18n()
  const { local, zone, isSecond } = when
  const isMissing = startsAt === null
  const offsets = offsetsOn(local, zone)
  const at = startsAt ? Date.parse(startsAt) : local ? Date.parse(`${local}Z`) : serverNow()
  const isPast = useLastPast([startsAt]) > 0
  const isElsewhere = Boolean(startsAt) && offsetAt(deviceZone(), at) !== offsetAt(zone, at)
  return (
    <div className="when">
      <Field
        label={texts.details.startsAt}
        hint={texts.detailHints.startsAt}
        name="startsAt"
        type="datetime-local"
        value={local}
        error={isMissing ? texts.zone.gap(placeOf(zone)) : error}
        onType={(local) => onChange({ ...when, local, isSecond: false })}
      />
      <ZoneField
        zone={zone}
        at={Math.floor(at / 60_000) * 60_000}
        onChoose={(zone) => onChange({ ...when, zone, isSecond: false })}
        onMatch={onZoneMatch}
      />
      {/* Which of the two times is meant when the clocks are set back. */}
      {offsets.length > 1 && (
        <Choice
          legend={texts.zone.twice}
          name="twice"
          options={offsets.map((offset, index) => ({ value: offset, label: (index === 0 ? texts.zone.first : texts.zone.second)(offsetText(offset)) }))}
          chosen={offsets[isSecond ? 1 : 0] ?? ''}
          onChoose={(offset) => onChange({ ...when, isSecond: offset === offsets[1] })}
        />
      )}
      <div className="when-result" role="status">
        {startsAt && (
          <p className="hint">
            <EventTime at={startsAt} />
          </p>
        )}
        {startsAt && isElsewhere && <p className="hint">{texts.zone.here(format.moment(startsAt))}</p>}
        {isPast && <Notice tone="warn" text={texts.zone.past} />}
      </div>
    </div>
  )
}
