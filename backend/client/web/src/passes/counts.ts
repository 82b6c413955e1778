// Counts the passes of a door list by event.
import type { Pass } from '../api/types'
import { admissionsOf } from './admissions'
import { byStart } from './order'

export interface EventCount {
  key: string
  title: string
  startsAt: string | null
  admitted: number
  issued: number
}

/** An event is what has the same title and start. The next event is first; void passes do not count. Admitted are the holders that a door let in. */
export function countEvents(passes: readonly Pick<Pass, 'title' | 'startsAt' | 'status' | 'doubleAdmissions'>[]): EventCount[] {
  const events = new Map<string, EventCount>()
  for (const pass of passes) {
    const { title, startsAt, status } = pass
    if (status === 'void') continue
    const key = `${startsAt ?? ''} ${title}`
    const event = events.get(key) ?? { key, title, startsAt: startsAt ?? null, admitted: 0, issued: 0 }
    event.issued++
    if (status === 'used' || admissionsOf(pass).length > 0) event.admitted++
    events.set(key, event)
  }
  return byStart([...events.values()])
}
