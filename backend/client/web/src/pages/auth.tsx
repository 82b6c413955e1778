// The pages to sign in, sign up and sign out.
import { useState } from 'react'
import { Link, Redirect, useLocation, useSearch } from 'wouter'

import type { User } from '../api/types'
import { type Credentials, signIn, signUp } from '../api/users'
import { useWaitingAdmissions } from '../door/marker'
import { useSession, useSetSession } from '../session/context'
import { returnPath } from '../session/return-path'
import { useSignOut } from '../session/sign-out'
import { useTexts } from '../texts/context'
import { Button, ButtonLink } from '../ui/button'
import { ErrorNotice, Failure } from '../ui/failure'
import { Field, fieldsOf } from '../ui/field'
import { Form, Submit, useFieldErrors } from '../ui/form'
import { Notice } from '../ui/notice'
import { Page } from '../ui/page'
import { useWrite } from '../ui/use-write'

export const SignInPage = () => <Credential key="in" up={false} />
export const SignUpPage = () => <Credential key="up" up />

function Credential({ up }: { up: boolean }) {
  const texts = useTexts()
  const [, navigate] = useLocation()
  const search = useSearch()
  const next = new URLSearchParams(search).get('next')
  const session = useSession()
  const setSession = useSetSession()
  const entry = useWrite({
    mutationFn: up ? signUp : signIn,
    onSuccess: setSession,
    // The response may be lost after the server has signed the user in.
    onError: session.retry,
    onShow: () => navigate(returnPath(next), { replace: true }),
  })
  if (session.state === 'in' && (entry.isIdle || entry.isError)) return <Redirect to={returnPath(next)} replace />
  const title = up ? texts.auth.upTitle : texts.auth.inTitle
  const other = (up ? '/auth/signin' : '/auth/signup') + (next ? `?next=${encodeURIComponent(returnPath(next))}` : '')
  return (
    <Page title={title} lead={next ? texts.auth.next : undefined} narrow>
      <CredentialForm up={up} title={title} error={entry.error} busy={entry.isPending || entry.isSuccess} onSubmit={entry.mutate} />
      <p className="aside">
        <span>{up ? texts.auth.toIn : texts.auth.toUp}</span> <Link to={other}>{up ? texts.auth.inTitle : texts.auth.upTitle}</Link>
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
  const fieldErrors = useFieldErrors(error, ['email', 'password'])
  const field = fieldsOf(typed, setTyped, fieldErrors.of)
  return (
    <Form label={title} error={error} fieldErrors={fieldErrors} busy={busy} onSubmit={() => onSubmit(typed)}>
      <Field label={texts.form.email} type="email" required verbatim {...field('email')} autoComplete={up ? 'email' : 'username'} />
      <Field
        label={texts.form.password}
        hint={up ? texts.form.passwordHint : undefined}
        type={visible ? 'text' : 'password'}
        required
        verbatim
        {...field('password')}
        autoComplete={up ? 'new-password' : 'current-password'}
      />
      <label className="check">
        <input type="checkbox" checked={visible} onChange={(event) => setVisible(event.target.checked)} />
        <span>{texts.form.showPassword}</span>
      </label>
      <Submit busy={busy} label={up ? texts.auth.up : texts.auth.in} busyLabel={up ? texts.auth.signingUp : texts.auth.signingIn} />
    </Form>
  )
}

/** Asks before signing out, since a link from another site may lead here. */
export function SignOutPage() {
  const texts = useTexts()
  const session = useSession()
  const signOutMutation = useSignOut()
  if (session.error) {
    return (
      <Page title={texts.auth.outFailed} narrow>
        <Failure error={session.error} retry={session.retry} />
      </Page>
    )
  }
  if (session.state === 'unknown') return <Page title={texts.auth.outTitle} loading narrow />
  return session.state === 'out' ? <SignedOut /> : <AskToSignOut user={session.user} signOut={signOutMutation} />
}

function AskToSignOut({ user, signOut }: { user: User; signOut: ReturnType<typeof useSignOut> }) {
  const texts = useTexts()
  const waiting = useWaitingAdmissions(user.id)
  const label = waiting ? texts.door.offline.leaveAnyway : texts.account.signOut
  return (
    <Page title={texts.auth.outTitle} narrow>
      <p>
        <span>{texts.account.signedInAs}</span> <bdi className="email">{user.email}</bdi>
      </p>
      {waiting ? (
        <Notice tone="warn" title={texts.door.offline.leave(waiting)} alert>
          <p>{texts.door.offline.leaveHint}</p>
          <ButtonLink to="/check-in">{texts.door.offline.toDoor}</ButtonLink>
        </Notice>
      ) : null}
      <ErrorNotice error={signOut.error} />
      <div className="row">
        <Button variant={waiting ? 'danger' : 'primary'} busy={signOut.isPending || waiting === null} onClick={() => signOut.mutate(user.id)}>
          {signOut.isPending ? texts.auth.signingOut : label}
        </Button>
        <ButtonLink to="/">{texts.common.cancel}</ButtonLink>
      </div>
    </Page>
  )
}

function SignedOut() {
  const texts = useTexts()
  return (
    <Page title={texts.auth.out} lead={texts.auth.outText} narrow>
      <div className="row">
        <ButtonLink to="/" variant="primary">
          {texts.common.toMarket}
        </ButtonLink>
        <ButtonLink to="/auth/signin">{texts.account.signIn}</ButtonLink>
      </div>
    </Page>
  )
}
