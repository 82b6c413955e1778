import { describe, expect, it } from 'vitest'

import { deviceZone, offsetAt, offsetsOn, placeOf, searchZones, startOf, whenOf, zoneChoices } from './zones'

const when = (local: string, zone: string, isSecond = false) => ({ local, zone, isSecond })

describe('the offset of a place', () => {
  it('is that of the date', () => {
    expect(startOf(when('2027-07-01T20:00', 'America/New_York'), '')).toBe('2027-07-01T20:00:00-04:00')
    expect(startOf(when('2027-01-01T20:00', 'America/New_York'), '')).toBe('2027-01-01T20:00:00-05:00')
    expect(startOf(when('2027-07-01T20:00:30', 'Europe/Berlin'), '')).toBe('2027-07-01T20:00:30+02:00')
    expect(startOf(when('2027-07-01T20:00', 'Asia/Kathmandu'), '')).toBe('2027-07-01T20:00:00+05:45')
    expect(startOf(when('2027-07-01T20:00', 'Pacific/Kiritimati'), '')).toBe('2027-07-01T20:00:00+14:00')
    expect(startOf(when('2027-07-01T20:00', 'UTC'), '')).toBe('2027-07-01T20:00:00+00:00')
    expect(startOf(when('', 'UTC'), '')).toBe('')
  })

  it('is that of the instant right before and after the clocks are set', () => {
    expect(offsetAt('Europe/Berlin', Date.parse('2027-03-28T00:59:59Z'))).toBe('+01:00')
    expect(offsetAt('Europe/Berlin', Date.parse('2027-03-28T01:00:00Z'))).toBe('+02:00')
    expect(offsetsOn('2027-03-28T01:59', 'Europe/Berlin')).toEqual(['+01:00'])
    expect(offsetsOn('2027-03-28T03:00', 'Europe/Berlin')).toEqual(['+02:00'])
  })

  it('is none where the clocks are set forward over it', () => {
    expect(offsetsOn('2027-03-28T02:30', 'Europe/Berlin')).toEqual([])
    expect(startOf(when('2027-03-28T02:30', 'Europe/Berlin'), '')).toBeNull()
    expect(startOf(when('2027-03-28T02:30', 'Asia/Tokyo'), '')).toBe('2027-03-28T02:30:00+09:00')
    // A whole day was left out.
    expect(offsetsOn('2011-12-30T12:00', 'Pacific/Apia')).toEqual([])
  })

  it('is one of two where the clocks are set back over it', () => {
    expect(offsetsOn('2027-10-31T02:30', 'Europe/Berlin')).toEqual(['+02:00', '+01:00'])
    expect(startOf(when('2027-10-31T02:30', 'Europe/Berlin'), '')).toBe('2027-10-31T02:30:00+02:00')
    expect(startOf(when('2027-10-31T02:30', 'Europe/Berlin', true), '')).toBe('2027-10-31T02:30:00+01:00')
    // By half an hour.
    expect(offsetsOn('2027-04-04T01:45', 'Australia/Lord_Howe')).toEqual(['+11:00', '+10:30'])
    expect(offsetsOn('2027-10-31T03:00', 'Europe/Berlin')).toEqual(['+01:00'])
  })

  it('of a listing is kept, and so is a start that was not changed', () => {
    const before = '2026-12-24T19:30:15.5+05:45'
    expect(whenOf(before)).toEqual(when('2026-12-24T19:30', '+05:45'))
    expect(startOf(whenOf(before), before)).toBe(before)
    expect(startOf({ ...whenOf(before), local: '2027-07-01T20:00' }, before)).toBe('2027-07-01T20:00:00+05:45')
    expect(startOf({ ...whenOf(before), zone: 'Europe/Berlin' }, before)).toBe('2026-12-24T19:30:00+01:00')
    expect(whenOf('').zone).toBe(deviceZone())
  })

  it('is unknown for what is no time', () => {
    expect(offsetsOn('someday', 'Europe/Berlin')).toEqual([])
  })
})

describe('the choice of a zone', () => {
  const choices = zoneChoices('Europe/Berlin', 'en', Date.parse('2027-07-01T00:00:00Z'))
  const found = (query: string) => searchZones(choices, query).map(({ zone }) => zone)

  it('begins with the one that is chosen', () => {
    expect(choices.slice(0, 2).map(({ zone }) => zone)).toContain(deviceZone())
    expect(choices[0]).toEqual({ zone: 'Europe/Berlin', place: 'Berlin', name: 'Central European Time', offset: '+02:00' })
    expect(new Set(choices.map(({ zone }) => zone)).size).toBe(choices.length)
    expect(zoneChoices('+05:45', 'en', 0)[0]).toEqual({ zone: '+05:45', place: '', name: '', offset: '+05:45' })
  })

  it('finds by place, zone, name and offset', () => {
    expect(found('new york')).toEqual(['America/New_York'])
    expect(found('New_York')).toEqual(['America/New_York'])
    expect(found('eastern time')).toContain('America/New_York')
    expect(found('utc-4 york')).toEqual(['America/New_York'])
    expect(found('−04:00 york')).toEqual(['America/New_York'])
    expect(found('UTC+5:45')).toEqual([expect.stringMatching(/^Asia\/Kat/)])
    expect(found('nowhere')).toEqual([])
    expect(found('')).toHaveLength(choices.length)
    expect(searchZones(zoneChoices('UTC', 'ja', 0), '日本').map(({ zone }) => zone)).toContain('Asia/Tokyo')
  })

  it('names a place by its city', () => {
    expect(['America/Argentina/Buenos_Aires', 'UTC', 'Asia/Tokyo'].map(placeOf)).toEqual(['Buenos Aires, Argentina', 'UTC', 'Tokyo'])
  })
})
