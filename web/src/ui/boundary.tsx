// Catches what nobody foresaw while a page is drawn.
import { Component, type ReactNode } from 'react'

import { useTexts } from '../texts/context'
import { Button } from './button'
import { Page } from './page'

interface BoundaryProps {
  /** Another place is another try. */
  place: string
  children: ReactNode
}

export class Boundary extends Component<BoundaryProps, { brokenAt: string | null }> {
  override state = { brokenAt: null }

  static getDerivedStateFromProps(props: BoundaryProps, state: { brokenAt: string | null }) {
    return state.brokenAt !== null && state.brokenAt !== '' && state.brokenAt !== props.place ? { brokenAt: null } : null
  }

  override componentDidCatch(): void {
    this.setState({ brokenAt: this.props.place })
  }

  static getDerivedStateFromError() {
    return { brokenAt: '' }
  }

  override render(): ReactNode {
    return this.state.brokenAt === null ? this.props.children : <Broken />
  }
}

function Broken() {
  const texts = useTexts()
  return (
    <Page title={texts.broken.title} lead={texts.broken.text} narrow>
      <Button look="primary" onClick={() => location.reload()}>
        {texts.broken.reload}
      </Button>
    </Page>
  )
}
