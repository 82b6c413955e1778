// A fake of Stripe's API: PaymentIntents with manual capture and confirmation by the card holder.
import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Intent {
  id: string
  object: 'payment_intent'
  client_secret: string
  amount: number
  amount_received: number
  currency: string
  metadata: Record<string, string>
  status: 'requires_action' | 'requires_capture' | 'requires_payment_method' | 'succeeded' | 'canceled'
  last_payment_error: object | null
}

export class FakeStripe {
  readonly intents: Intent[] = []
  readonly #server: Server = createServer((request, response) => {
    void read(request).then((form) => {
      const { status, body } = this.#answer(request.method ?? '', new URL(request.url ?? '/', 'http://stripe').pathname, form)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })

  async start(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.close()
  }

  /** Confirms or declines an intent as the card holder. */
  confirm(clientSecret: string, confirmed: boolean): boolean {
    const intent = this.intents.find((one) => one.client_secret === clientSecret && one.status === 'requires_action')
    if (!intent) return false
    intent.status = confirmed ? 'requires_capture' : 'requires_payment_method'
    if (!confirmed) {
      intent.last_payment_error = {
        type: 'card_error', code: 'payment_intent_authentication_failure',
        message: 'We are unable to authenticate your payment method.',
      }
    }
    return confirmed
  }

  #answer(method: string, path: string, form: URLSearchParams): { status: number; body: object } {
    const [, , id, action] = path.split('/').slice(1)
    if (method === 'POST' && path === '/v1/payment_intents') return { status: 200, body: this.#create(form) }
    if (id === 'search') return { status: 200, body: { object: 'search_result', data: [], has_more: false } }
    const intent = this.intents.find((one) => one.id === id)
    if (!intent) return { status: 404, body: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such payment_intent' } } }
    if (action === 'capture' && intent.status === 'requires_capture') {
      Object.assign(intent, { status: 'succeeded', amount_received: intent.amount })
    }
    if (action === 'cancel' && intent.status !== 'succeeded') intent.status = 'canceled'
    return { status: 200, body: intent }
  }

  /** Creates an intent. The card `pm_card_authenticationRequired` requires confirmation. */
  #create(form: URLSearchParams): Intent {
    const mustConfirm = form.get('payment_method') === 'pm_card_authenticationRequired'
    const id = `pi_web${this.intents.length + 1}`
    const metadata = [...form].flatMap(([name, value]) => {
      const key = /^metadata\[(.*)\]$/.exec(name)?.[1]
      return key ? [[key, value] as const] : []
    })
    const intent: Intent = {
      id,
      object: 'payment_intent',
      client_secret: `${id}_secret_web`,
      amount: Number(form.get('amount')),
      amount_received: 0,
      currency: form.get('currency') ?? '',
      metadata: Object.fromEntries(metadata),
      status: mustConfirm ? 'requires_action' : 'requires_capture',
      last_payment_error: null,
    }
    this.intents.push(intent)
    return intent
  }
}

async function read(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const part of request) text += String(part)
  return new URLSearchParams(text)
}
