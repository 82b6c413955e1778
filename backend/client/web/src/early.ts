// Runs before the first paint: sets the stored appearance and language, so that the page does not flicker.
const chosen = (name: string): string | null => {
  try {
    return window.localStorage.getItem(name)
  } catch {
    // Storage is not available: the preferences of the system apply.
    return null
  }
}
const theme = chosen('theme')
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
const language = chosen('language') ?? navigator.language
document.documentElement.lang = language.startsWith('ja') ? 'ja' : 'en'
export {}
