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

  async get<T>(path: string): Promise<T> {
    return (await (await this.context.request.get(path)).json()) as T
  }

  private async post(path: string, data: object): Promise<unknown> {
    const response: APIResponse = await this.context.request.post(path, { data })
    expect(response.ok(), `${path}: ${response.status()} ${await response.text()}`).toBe(true)
    return response.json()
  }
}
