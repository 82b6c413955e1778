// The appearance: light, dark, or that of the system.
import { useSyncExternalStore } from 'react'

import { preferences } from '../storage'

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const observers = new Set<() => void>()

const current = (): Theme => {
  const theme = document.documentElement.dataset.theme
  return theme === 'light' || theme === 'dark' ? theme : 'auto'
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'auto') {
    preferences.removeItem('theme')
    delete document.documentElement.dataset.theme
  } else {
    preferences.setItem('theme', theme)
    document.documentElement.dataset.theme = theme
  }
  for (const observer of observers) observer()
}

export function useTheme(): Theme {
  return useSyncExternalStore((changed) => {
    observers.add(changed)
    return () => observers.delete(changed)
  }, current)
}
