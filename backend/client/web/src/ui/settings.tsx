// The settings panel: language, appearance and account.
import { useEffect, useId, useRef } from 'react'
import { useLocation } from 'wouter'

import { waitingAdmissions } from '../door/marker'
import { useSession } from '../session/context'
import { useSignOut } from '../session/sign-out'
import { useI18n, useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { type Language, languages } from '../texts/languages'
import { useAnnounce } from './announcer'
import { Button } from './button'
import { Choice } from './choice'
import { MenuIcon } from './icons'
import { THEMES, type Theme, chooseTheme, useTheme } from './theme'

const LANGUAGES = Object.keys(languages) as Language[]

export function Settings() {
  const { texts } = useI18n()
  const session = useSession()
  const [path] = useLocation()
  const panel = useRef<HTMLDivElement>(null)
  const toggle = useRef<HTMLButtonElement>(null)
  const id = useId()
  useEffect(() => {
    if (panel.current?.matches(':popover-open')) panel.current.hidePopover()
  }, [path])
  useEffect(() => {
    const element = panel.current
    // The panel would cover what has the focus next.
    const leave = ({ relatedTarget: next }: FocusEvent) => {
      if (next instanceof Node && next !== toggle.current && !element?.contains(next)) element?.hidePopover()
    }
    element?.addEventListener('focusout', leave)
    return () => element?.removeEventListener('focusout', leave)
  }, [])
  return (
    <>
      <button ref={toggle} type="button" className="icon-button" popoverTarget={id} aria-label={texts.account.settings}>
        <MenuIcon />
      </button>
      <div ref={panel} id={id} popover="auto" className="panel" role="group" aria-label={texts.account.settings}>
        <LanguageChoice />
        <ThemeChoice />
        {session.user && (
          <div className="panel-account">
            <p className="meta">
              <span>{texts.account.signedInAs}</span> <bdi className="email">{session.user.email}</bdi>
            </p>
            <SignOut userId={session.user.id} />
          </div>
        )}
      </div>
    </>
  )
}

function SignOut({ userId }: { userId: string }) {
  const texts = useTexts()
  const { showToast } = useAnnounce()
  const [, navigate] = useLocation()
  const signOutMutation = useSignOut()
  const signOut = async () => {
    // That page says what is not uploaded, and asks.
    if ((await waitingAdmissions(userId)) > 0) return navigate('/auth/signout')
    signOutMutation.mutate(userId, {
      onSuccess: () => navigate('/auth/signout'),
      onError: (error) => showToast(errorText(texts, error)),
    })
  }
  return (
    <Button
      wide
      busy={signOutMutation.isPending}
      onClick={() => void signOut()}
    >
      {signOutMutation.isPending ? texts.auth.signingOut : texts.account.signOut}
    </Button>
  )
}

function LanguageChoice() {
  const { texts, language, choose } = useI18n()
  return (
    <Choice
      legend={texts.account.language}
      name="language"
      options={LANGUAGES.map((value) => ({ value, label: languages[value].name, lang: value }))}
      chosen={language}
      onChoose={choose}
    />
  )
}

function ThemeChoice() {
  const { texts } = useI18n()
  const theme = useTheme()
  return (
    <Choice<Theme>
      legend={texts.account.theme}
      name="theme"
      options={THEMES.map((value) => ({ value, label: texts.account.themes[value] }))}
      chosen={theme}
      onChoose={chooseTheme}
    />
  )
}
