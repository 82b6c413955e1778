import { describe, expect, it } from 'vitest'

import { deviceZone, offsetAt } from '../market/zones'
import { countdown, duration, createFormat, zone } from './format'

const english = createFormat('en-US')
const japanese = createFormat('ja-JP')
const now = Date.parse('2026-11-22T10:15:00Z')

describe('money', () => {
  it('is formatted as US dollars in each language', () => {
    expect(english.money(1038.5)).toBe('$1,038.50')
    expect(english.money(20)).toBe('$20.00')
    expect(english.money(999999.99)).toBe('$999,999.99')
    expect(japanese.money(149.99)).toBe('$149.99')
  })
})

describe('times', () => {
  it('of an instant have seconds, and break after a comma and before the time of the day only', () => {
    const at = new Date(2026, 10, 22, 10, 14, 5).toISOString()
    expect(english.instant(at)).toMatch(/^Nov\u00a022, 2026, 10:14:05\sAM\u00a0UTC\S*$/)
    expect(japanese.instant(at)).toMatch(/^2026\/11\/22 10:14:05\u00a0UTC\S*$/)
    expect(english.clock(at)).toMatch(/^10:14:05\sAM\u00a0UTC\S*$/)
  })

  it('are formatted relative to now', () => {
    const ago = (iso: string) => [english.ago(iso, now), japanese.ago(iso, now)]
    expect(ago('2026-11-22T10:14:40Z')).toEqual([null, null])
    expect(ago('2026-11-22T10:12:00Z')).toEqual(['3 minutes ago', '3 分前'])
    expect(ago('2026-11-22T08:00:00Z')).toEqual(['2 hours ago', '2 時間前'])
    expect(ago('2026-11-21T10:00:00Z')).toEqual(['yesterday', '昨日'])
    expect(ago('2025-01-02T12:00:00Z')).toEqual(['Jan 2, 2025', '2025/01/02'])
    // A clock that is slightly behind never shows the future.
    expect(english.ago('2026-11-22T10:15:02Z', now)).toBeNull()
  })

  it('show the clock at the place of an event with its offset, and break before the time of the day only', () => {
    expect(english.eventTime('2026-12-24T19:30:00+01:00')).toBe('Thursday, December 24, 2026 at 7:30\u00a0PM\u00a0UTC+1')
    expect(english.eventTime('2026-12-24T19:30:00-03:30')).toBe('Thursday, December 24, 2026 at 7:30\u00a0PM\u00a0UTC−3:30')
    expect(japanese.eventTime('2026-12-24T19:30:00Z')).toBe('2026年12月24日木曜日 19:30\u00a0UTC')
    expect(english.eventClock('2026-12-24T19:30:00+05:45')).toBe('7:30\u00a0PM\u00a0UTC+5:45')
    expect(english.eventTime('someday')).toBe('someday')
    expect([zone('+00:00'), zone('Z'), zone('-10:00'), zone('+14:00')]).toEqual(['UTC', 'UTC', 'UTC−10', 'UTC+14'])
  })

  it('of the device show its offset', () => {
    const at = '2026-12-24T19:30:00Z'
    expect(english.moment(at)).toMatch(/, \d+:\d\d\u00a0[AP]M\u00a0/)
    expect(english.moment(at).endsWith(zone(offsetAt(deviceZone(), Date.parse(at))))).toBe(true)
  })

  it('have the parts of a date tile, with the year unless it is the current one', () => {
    const today = '2026-11-27'
    expect(english.tile('2026-12-24T23:30:00-11:00', today)).toEqual({ month: 'Dec', day: '24', weekday: 'Thu', year: null })
    expect(japanese.tile('2026-12-04T23:30:00+09:00', today)).toEqual({ month: '12月', day: '4', weekday: '金', year: null })
    expect(english.tile('2027-04-01T23:30:00-11:00', today)).toEqual({ month: 'Apr', day: '1', weekday: 'Thu', year: '2027' })
    expect(japanese.tile('2020-04-01T23:30:00+09:00', today)).toEqual({ month: '4月', day: '1', weekday: '水', year: '2020年' })
    expect(english.tile('someday', today)).toBeNull()
  })

  it('name a month, with its year if that is not the current one', () => {
    expect(english.month('2026-12', '2026-11-27')).toBe('December')
    expect(english.month('2027-01', '2026-11-27')).toBe('January 2027')
    expect(japanese.month('2027-01', '2026-11-27')).toBe('2027年1月')
  })

  it('are counted down in started seconds', () => {
    expect(countdown(899_001)).toBe('15:00')
    expect(countdown(899_000)).toBe('14:59')
    expect(countdown(1)).toBe('0:01')
    expect(countdown(0)).toBe('0:00')
    expect(countdown(-5)).toBe('0:00')
    expect(countdown(3_661_000)).toBe('1:01:01')
    expect(duration(899_000)).toBe('PT899S')
  })

  it('are formatted as durations', () => {
    expect([english.span(300_000), english.span(59_600), english.span(30_000)]).toEqual(['5 minutes', '1 minute', '30 seconds'])
    expect(japanese.span(60_000)).toBe('1 分')
  })
})
