import { expect, it } from 'vitest'

import { countEvents } from './counts'

const pass = (title: string, status: 'valid' | 'offered' | 'used' | 'void', startsAt: string | null = null) => ({ title, status, startsAt })

it('counts by event, the next one first', () => {
  const counts = countEvents([
    pass('Undated', 'valid'),
    pass('Later', 'valid', '2026-12-24T19:30:00+01:00'),
    pass('Next', 'used', '2026-12-24T19:00:00+01:00'),
    pass('Next', 'offered', '2026-12-24T19:00:00+01:00'),
    pass('Next', 'void', '2026-12-24T19:00:00+01:00'),
    pass('Next', 'valid', '2026-12-25T19:00:00+01:00'),
  ])
  expect(counts.map(({ title, admitted, issued }) => [title, admitted, issued])).toEqual([
    ['Next', 1, 2], ['Later', 0, 1], ['Next', 0, 1], ['Undated', 0, 1],
  ])
})

it('counts whom a door without a network let in with a pass that is for sale', () => {
  const entered = { ...pass('Next', 'offered'), doubleAdmissions: [{ admittedAt: '2026-12-24T18:06:00Z' }] }
  expect(countEvents([entered, pass('Next', 'offered')])).toMatchObject([{ admitted: 1, issued: 2 }])
})
