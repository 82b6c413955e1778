// Sign in, sign up, sign out.
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link, Redirect, useLocation, useSearch } from 'wouter'

import { type Credentials, signIn, signOut, signUp } from '../api/users'
import { useSession, useSetSession } from '../session/context'
import { returnPath } from '../session/return'
import { useTexts } from '../texts/context'
import { errorText } from '../texts/errors'
import { Button, ButtonLink } from '../ui/button'
import { Field } from '../ui/field'
import { Form, useFaults } from '../ui/form'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'

export const SignInPage = () => <Credential key="in" up={false} />
export const SignUpPage = () => <Credential key="up" up />

function Credential({ up }: { up: boolean }) {
  const texts = useTexts()
  const [, navigate] = useLocation()
  const search = useSearch()
  const next = new URLSearchParams(search).get('next')
  const session = useSession()
  const setSession = useSetSession()
  const entry = useMutation({
    networkMode: 'always',
    mutationFn: up ? signUp : signIn,
    onSuccess: (user) => {
      setSession(user)
      navigate(returnPath(next), { replace: true })
    },
  })
  if (session.state === 'in' && entry.isIdle) return <Redirect to={returnPath(next)} replace />
  const title = up ? texts.auth.upTitle : texts.auth.inTitle
  const other = (up ? '/auth/signin' : '/auth/signup') + (next ? `?next=${encodeURIComponent(returnPath(next))}` : '')
  return (
    <Page title={title} lead={next ? texts.auth.next : undefined} narrow>
      <CredentialForm up={up} title={title} error={entry.error} busy={entry.isPending || entry.isSuccess} onSubmit={entry.mutate} />
      <p className="aside">
        {up ? texts.auth.toIn : texts.auth.toUp} <Link to={other}>{up ? texts.auth.inTitle : texts.auth.upTitle}</Link>
      </p>
    </Page>
  )
}

interface CredentialFormProps {
  up: boolean
  title: string
  error: unknown
  busy: boolean
  onSubmit: (credentials: Credentials) => void
}

function CredentialForm({ up, title, error, busy, onSubmit }: CredentialFormProps) {
  const texts = useTexts()
  const [typed, setTyped] = useState<Credentials>({ email: '', password: '' })
  const [visible, setVisible] = useState(false)
  const faults = useFaults(error, ['email', 'password'])
  return (
    <Form
      label={title}
      error={error}
      general={faults.general}
      atFields={faults.atFields}
      onSubmit={() => {
        if (!busy) onSubmit(typed)
      }}
    >
      <Field
        label={texts.form.email}
        type="email"
        name="email"
        required
        autoComplete={up ? 'email' : 'username'}
        autoCapitalize="none"
        spellCheck={false}
        value={typed.email}
        fault={faults.of('email')}
        onChange={(event) => setTyped({ ...typed, email: event.target.value })}
      />
      <Field
        label={texts.form.password}
        hint={up ? texts.form.passwordHint : undefined}
        type={visible ? 'text' : 'password'}
        name="password"
        required
        autoComplete={up ? 'new-password' : 'current-password'}
        autoCapitalize="none"
        spellCheck={false}
        value={typed.password}
        fault={faults.of('password')}
        onChange={(event) => setTyped({ ...typed, password: event.target.value })}
      />
      <label className="check">
        <input type="checkbox" checked={visible} onChange={(event) => setVisible(event.target.checked)} />
        {texts.form.showPassword}
      </label>
      <SubmitButton up={up} busy={busy} />
    </Form>
  )
}

function SubmitButton({ up, busy }: { up: boolean; busy: boolean }) {
  const { auth } = useTexts()
  const idle = up ? auth.up : auth.in
  return (
    <Button type="submit" look="primary" wide busy={busy}>
      {busy ? (up ? auth.signingUp : auth.signingIn) : idle}
    </Button>
  )
}

/** Coming here signs out, as it does in the client that this one follows. */
export function SignOutPage() {
  const texts = useTexts()
  const setSession = useSetSession()
  const ending = useMutation({ networkMode: 'always', mutationFn: signOut, onSuccess: () => setSession(null) })
  const { mutate } = ending
  useEffect(() => mutate(), [mutate])
  if (ending.isError) {
    return (
      <Page title={texts.auth.outFailed} narrow>
        <Notice tone="bad" alert>
          <p>{errorText(texts, ending.error)}</p>
        </Notice>
        <Button look="primary" onClick={() => mutate()}>
          {texts.common.retry}
        </Button>
      </Page>
    )
  }
  if (!ending.isSuccess) return <Page title={texts.auth.signingOut} loading narrow />
  return (
    <Page title={texts.auth.out} lead={texts.auth.outText} narrow>
      <div className="row">
        <ButtonLink to="/" look="primary">
          {texts.common.toMarket}
        </ButtonLink>
        <ButtonLink to="/auth/signin">{texts.account.signIn}</ButtonLink>
      </div>
    </Page>
  )
}
