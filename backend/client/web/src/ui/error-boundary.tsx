// Catches errors of rendering.
import { Component, type ReactNode } from 'react'

import { useTexts } from '../texts/context'
import { Button } from './button'
import { Page } from './page'

interface ErrorBoundaryProps {
  /** Another key resets the boundary. */
  resetKey: string
  children: ReactNode
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, { failedAt: string | null }> {
  override state = { failedAt: null }

  static getDerivedStateFromProps(props: ErrorBoundaryProps, state: { failedAt: string | null }) {
    return state.failedAt !== null && state.failedAt !== '' && state.failedAt !== props.resetKey ? { failedAt: null } : null
  }

  override componentDidCatch(): void {
    this.setState({ failedAt: this.props.resetKey })
  }

  static getDerivedStateFromError() {
    return { failedAt: '' }
  }

  override render(): ReactNode {
    return this.state.failedAt === null ? this.props.children : <ErrorPage />
  }
}

function ErrorPage() {
  const texts = useTexts()
  return (
    <Page title={texts.broken.title} lead={texts.broken.text} narrow>
      <Button variant="primary" onClick={() => location.reload()}>
        {texts.broken.reload}
      </Button>
    </Page>
  )
}
