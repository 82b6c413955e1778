// A user with a private browser context, and requests that bypass the pages.
import { type APIResponse, type BrowserContext, type Page, expect } from '@playwright/test'

export interface Ticket {
  id: string
  title: string
  price: number
  version: number
  status: string
}

export interface Order {
  id: string
  status: string
  expiresAt: string
}

export interface Pass {
  id: string
  title: string
  code?: string
  status: string
  serial: number
}

let count = 0

export class Person {
  email = ''

  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
  ) {}

  /** Creates an account through the API. */
  async signUp(): Promise<this> {
    this.email = `person-${process.pid}-${count++}@example.com`
    await this.post('/api/users/signup', { email: this.email, password: 'correct horse' })
    return this
  }

  async list(title: string, price = 20, details: Record<string, string> = {}): Promise<Ticket> {
    return (await this.post('/api/tickets', { title, price, ...details })) as Ticket
  }

  async order(ticket: Ticket): Promise<Order> {
    return (await this.post('/api/orders', { ticketId: ticket.id })) as Order
  }

  async pay(order: Order, token = 'tok_visa'): Promise<void> {
    await this.post('/api/payments', { orderId: order.id, token })
  }

  /** Waits for the pass of a paid order. It is issued a moment after the payment. */
  async passOf({ id }: Order): Promise<Pass> {
    let found: Pass[] = []
    await expect
      .poll(async () => {
        found = await this.get<Pass[]>(`/api/passes?order=${id}`)
        return found.length
      })
      .toBe(1)
    const [pass] = found
    if (!pass) throw new Error('no pass was issued')
    return pass
  }

  /** Buys a ticket through the API. */
  async buy(ticket: Ticket): Promise<Pass> {
    const order = await this.order(ticket)
    await this.pay(order)
    return this.passOf(order)
  }

  /** Uploads the admission of a door without a network. Another door may have admitted the pass before. */
  async uploadAdmission({ code }: Pass, device: string, at: Date): Promise<number> {
    const data = { code, device, at: at.toISOString() }
    return (await this.context.request.post('/api/passes/check-ins', { data })).status()
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.context.request.get(path)).json()) as T
  }

  /** Sends a request, again while a service does not know yet of what another one has just made. */
  async post(path: string, data: object): Promise<unknown> {
    const send = (): Promise<APIResponse> => this.context.request.post(path, { data })
    let response = await send()
    while (response.status() === 503 && (await response.text()).includes('not_yet_visible')) response = await send()
    expect(response.ok(), `${path}: ${response.status()} ${await response.text()}`).toBe(true)
    return response.json()
  }
}
