// The types of the API, generated from docs/reference/openapi.json by `npm run types`.

export interface paths {
    "/api/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the orders of the signed-in user, the newest last. */
        get: operations["listOrders"];
        put?: never;
        /** Reserves a ticket by ordering it. */
        post: operations["createOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns an order of the signed-in user. */
        get: operations["getOrder"];
        put?: never;
        post?: never;
        /** Cancels an order of the signed-in user. A cancelled order stays unchanged. */
        delete: operations["cancelOrder"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns what the orders service retains of an order.
         * @description Each service answers for its own part; a client merges the parts.
         */
        get: operations["getOrderTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the passes that the signed-in user holds, or has issued; the newest first. */
        get: operations["listPasses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/check-ins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Admits the holder of a code, once.
         * @description For the issuer of the pass. `at` is for a door that has admitted people offline, by its own clock, which can be wrong: the
         *     time is kept as reported, also one before the pass was issued or in the future.
         *     Such an admission is recorded: the first one of the present holder always, another one while the pass has fewer than 32
         *     `doubleAdmissions`. Where another device has admitted the pass too, the answer is 409,
         *     and the pass has both admissions, the earlier one of its holder as `admittedAt`. Where the pass is for sale or has another
         *     holder since, the answer is 400, and the admission is one of its `doubleAdmissions`; that of the holder who sells it is its
         *     `admittedAt`. The listing of a pass with an admission is withdrawn (`offerWithdrawn`), and an order of it that no payment holds is cancelled. A
         *     new holder is admitted also where an earlier one has entered: then the answer has the `doubleAdmissions`.
         *
         *     With `startsWithin`, a pass whose event starts more than that many seconds before or after the admission (`at`, or else now) is
         *     refused with `pass_other_day`, whatever its status: nobody enters, and nothing is recorded. A pass that does not state a start is
         *     admitted. Without it a pass is admitted on any day.
         */
        post: operations["checkInPass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claims a pass that another user transfers.
         * @description Codes of earlier serials admit nobody from then on. The holder who has started the transfer takes it back with this
         *     call. The code is read in either case, with or without its hyphens.
         */
        post: operations["claimPass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the public keys that verify the codes of passes. */
        get: operations["getPassKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a pass to its holder or its issuer. */
        get: operations["getPass"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/{id}/calendar.ics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns the event of a pass as a calendar file to its holder. */
        get: operations["getPassCalendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/{id}/resale": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Offers a pass for resale under a listing of its holder.
         * @description Until the listing is sold or withdrawn, the pass admits nobody. A withdrawal takes effect once orders has answered that no
         *     order of the listing is on its way. A listing that is not sold is withdrawn when the event starts, or when the
         *     service is informed that a door without a network has admitted the pass.
         */
        post: operations["resellPass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/{id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts a transfer of a pass: the user who claims it with the claim code within seven days becomes its holder.
         * @description Until then the pass stays valid. A second call replaces the code. The answer is the only one that contains it.
         */
        post: operations["transferPass"];
        /** Cancels a transfer that was not claimed. Without one nothing changes. */
        delete: operations["cancelPassTransfer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the payments of the signed-in user, newest last. */
        get: operations["listPayments"];
        put?: never;
        /** Pays for an order: authorizes the card, waits until the order is confirmed, and captures the payment. */
        post: operations["createPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns what the payments service retains of an order.
         * @description Each service answers for its own part; a client merges the parts.
         */
        get: operations["getPaymentTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Receives an event of the card provider about a charge. Its signature authenticates it; there is no session. */
        post: operations["receiveWebhookEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a payment. */
        get: operations["getPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tickets that can be ordered now, without those of events that have started unless `past=true`; with `Accept:
         *     text/event-stream` their changes, live.
         */
        get: operations["listTickets"];
        put?: never;
        /**
         * Lists a ticket for sale.
         * @description Title, venue and seat are single lines: a line break or another control character becomes a space.
         */
        post: operations["createTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns what the tickets service retains of an order.
         * @description Each service answers for its own part; a client merges the parts.
         */
        get: operations["getTicketTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Returns a ticket. */
        get: operations["getTicket"];
        /**
         * Changes a ticket of the signed-in user. Details that are absent stay as they are; `null` clears them.
         * @description Of a listing that sells a pass on only the price can change, up to the `resaleLimit` of the pass.
         *     Title, venue and seat are single lines: a line break or another control character becomes a space.
         */
        put: operations["updateTicket"];
        post?: never;
        /**
         * Withdraws a ticket of the signed-in user.
         * @description An order that is already on its way prevails: the ticket then appears again as `reserved` or `sold`, and is gone
         *     again (404) if that order ends unpaid.
         */
        delete: operations["deleteTicket"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/currentuser": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Returns the signed-in user.
         * @description The account of the session, or `null`. An invalid session, for any reason, is treated as none.
         */
        get: operations["currentuser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/signin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs in.
         * @description Begins a session. An unknown e-mail and a wrong password get the same answer after the same time.
         */
        post: operations["signin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/signout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs out.
         * @description Clears the cookie and ends the session: its token is refused from now on, by every service of this process. Services of
         *     other processes refuse it once they have the event. Where several session cookies come, every valid session ends;
         *     without one nothing changes.
         */
        post: operations["signout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/signup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs up.
         * @description Creates an account and begins a session. With an `Idempotency-Key`, a repeat of the request gets the same response and a
         *     new session.
         */
        post: operations["signup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An admission: a pass that was checked in. */
        Admission: {
            /** @description When it was admitted. */
            admittedAt: components["schemas"]["Timestamp"];
            /** @description The other admissions on record, by time: doors without a network have admitted an earlier holder. */
            doubleAdmissions?: components["schemas"]["DoubleAdmission"][];
            /** @description Identifies the pass. */
            passId: components["schemas"]["PassId"];
            /** @description The seat, if the ticket has one. */
            seat?: string | null;
            startsAt?: components["schemas"]["EventTime"] | null;
            /** @description The title of its ticket. */
            title: string;
            /** @description The venue of the event, if the ticket states it. */
            venue?: string | null;
        };
        /** @enum {string} */
        CancelReason: "buyer" | "expired" | "withdrawn" | "payment_failed";
        /** @description The secret with which another user claims a pass. The service shows it once. Its `Debug` hides it. */
        ClaimCode: string;
        /** @description The secret with which Stripe.js continues a payment in the browser of the buyer. Its `Debug` hides it. */
        ClientSecret: string;
        /** @description The account of a session, with the claims of its token. */
        CurrentUser: {
            /** @description The address that signed in. */
            email: string;
            /**
             * Format: int64
             * @description When the session ends, in Unix seconds.
             */
            exp?: number | null;
            /**
             * Format: int64
             * @description When the session was issued, in Unix seconds.
             */
            iat?: number;
            /** @description Identifies the user. */
            id: components["schemas"]["UserId"];
            /** @description The issuer of the session. */
            iss?: string | null;
            /** @description Identifies the session. */
            jti?: string | null;
        };
        /** @description The response to a request for the current user. */
        CurrentUserAnswer: {
            currentUser?: components["schemas"]["CurrentUser"] | null;
        };
        /** @description A change of the details: an absent field stays as it is, `null` clears it. */
        DetailsUpdate: {
            /** @description The description of the event, in plain text: 1 to 2 000 characters. */
            description?: string | null;
            /** @description The seat or standing area: 1 to 60 characters. */
            seat?: string | null;
            startsAt?: components["schemas"]["EventTime"] | null;
            /** @description The venue of the event: 1 to 120 characters. */
            venue?: string | null;
        };
        /** @description An admission by a door without a network that the service would have refused. */
        DoubleAdmission: {
            /** @description When the device admitted it. */
            admittedAt: components["schemas"]["Timestamp"];
            /** @description The device, if it gave a name. */
            device?: string | null;
        };
        /**
         * @description What is wrong, for programs. More codes may be added.
         * @example malformed_request
         * @example uri_too_long
         * @example header_fields_too_large
         * @example invalid_json
         * @example invalid_input
         * @example payload_too_large
         * @example unsupported_media_type
         * @example method_not_allowed
         * @example request_timeout
         * @example not_signed_in
         * @example not_owner
         * @example other_user
         * @example not_found
         * @example cross_origin
         * @example insecure_transport
         * @example invalid_signature
         * @example email_in_use
         * @example invalid_credentials
         * @example ticket_reserved
         * @example ticket_past
         * @example price_changed
         * @example reorder_too_soon
         * @example not_yet_visible
         * @example order_expired
         * @example order_cancelled
         * @example order_paid
         * @example payment_in_progress
         * @example card_declined
         * @example provider_unavailable
         * @example too_many_open_orders
         * @example pass_not_valid
         * @example claim_invalid
         * @example already_admitted
         * @example pass_invalid
         * @example pass_superseded
         * @example pass_offered
         * @example pass_other_day
         * @example too_many_requests
         * @example idempotency_key_reused
         * @example idempotency_key_in_flight
         * @example outcome_unknown
         * @example version_mismatch
         * @example unavailable
         * @example internal
         */
        ErrorCode: string;
        /** @description One error of a request. */
        ErrorDetail: {
            admittedAt?: components["schemas"]["Timestamp"] | null;
            code?: components["schemas"]["ErrorCode"] | null;
            /** @description With the code `already_admitted`: the device that admitted the pass, if it gave a name. */
            device?: string | null;
            /** @description The invalid field, if the error is of one field. */
            field?: string | null;
            /** @description The message for people. */
            message: string;
            /**
             * @description With a refused upload of an admission: whether the pass was for sale. The upload has withdrawn its listing; an order
             *     whose payment is in progress prevails.
             */
            offerWithdrawn?: boolean | null;
            price?: components["schemas"]["Money"] | null;
            startsAt?: components["schemas"]["EventTime"] | null;
            /** @description With the code `pass_other_day`: the title of the pass. */
            title?: string | null;
        };
        /**
         * Format: date-time
         * @description When an event starts: RFC 3339 with the offset of its place, kept as given.
         * @example 2026-12-24T19:30:00+01:00
         */
        EventTime: string;
        /**
         * Format: double
         * @description An amount in US dollars with at most two decimals; on input a numeric string is accepted too.
         * @example 149.99
         */
        Money: number;
        /**
         * @description A check-in at the door.
         *
         *     ```
         *     use ticketing_sdk::NewCheckIn;
         *
         *     let check_in = NewCheckIn::new("TK1…").device("north door");
         *     ```
         */
        NewCheckIn: {
            at?: components["schemas"]["Timestamp"] | null;
            /** @description The code of the pass, as read. */
            code: components["schemas"]["PassCode"];
            /** @description The name of the device: at most 60 characters. */
            device?: string | null;
            /**
             * Format: int64
             * @description Admits the pass only if its event starts at most this many seconds before or after the admission; a pass that does not
             *     state a start is admitted. Otherwise the answer is 400 `pass_other_day`, and nothing is recorded.
             */
            startsWithin?: number | null;
        };
        /** @description A claim of a pass that another user gives away. */
        NewClaim: {
            /** @description The secret of the transfer. */
            claimCode: components["schemas"]["ClaimCode"];
        };
        /** @description A request to order a ticket. */
        NewOrder: {
            price?: components["schemas"]["Money"] | null;
            /** @description The ticket to reserve. */
            ticketId: components["schemas"]["TicketId"];
        };
        /** @description A request to pay for an order. Its `Debug` hides the token. */
        NewPayment: {
            /**
             * @description Whether the client supports a confirmation by the owner of the card in a browser (3-D Secure), with the
             *     `clientSecret` of the response. Without it, such a card is declined.
             */
            canConfirm?: boolean;
            /** @description The order to pay for. */
            orderId: components["schemas"]["OrderId"];
            /**
             * @description The card, as a token of the card provider (`tok_visa`); never a card number.
             * @example tok_visa
             */
            token: string;
        };
        /** @description An offer of a pass for resale. */
        NewResale: {
            price: number | string;
        };
        /** @description What a seller says about a ticket. */
        NewTicket: components["schemas"]["TicketDetails"] & {
            price: number | string;
            /** @description The title: 1 to 200 characters after trimming. */
            title: string;
        };
        /** @description A buyer's hold on a ticket. */
        Order: {
            cancelReason?: components["schemas"]["CancelReason"] | null;
            createdAt?: components["schemas"]["Timestamp"] | null;
            /** @description The deadline of the reservation. */
            expiresAt: components["schemas"]["Timestamp"];
            /** @description Identifies the order. */
            id: components["schemas"]["OrderId"];
            /** @description The status. */
            status: components["schemas"]["OrderStatus"];
            /** @description The ticket as it was when ordered. */
            ticket: components["schemas"]["OrderedTicket"];
            /** @description The buyer. */
            userId: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description Rises by one with each change, from 0.
             */
            version?: number;
        };
        /** @description Identifies an order. */
        OrderId: string;
        /** @enum {string} */
        OrderStatus: "created" | "awaiting:payment" | "complete" | "cancelled";
        /** @description The ticket of an order, as it was when ordered. */
        OrderedTicket: components["schemas"]["TicketDetails"] & {
            /** @description Identifies the ticket. */
            id: components["schemas"]["TicketId"];
            /** @description The price of the order, in US dollars. */
            price: components["schemas"]["Money"];
            /** @description The title of the event, as its seller wrote it. */
            title: string;
            /**
             * Format: int64
             * @description The version of the ticket that was ordered.
             */
            version?: number | null;
        };
        /**
         * @description The right to enter, held by one user at a time. The service issues it when the order of a ticket completes; it
         *     outlives transfers and resales.
         */
        Pass: components["schemas"]["TicketDetails"] & {
            admittedAt?: components["schemas"]["Timestamp"] | null;
            code?: components["schemas"]["PassCode"] | null;
            /** @description The device that admitted it, if it gave a name. Only the issuer sees it. */
            device?: string | null;
            /**
             * @description The other admissions, by time: of earlier holders, with codes of earlier serials, and of further devices. A door without
             *     a network does not know of another door, nor of a new holder or an offer, so a pass that is not used can have some too.
             *     The holder sees the times, the issuer also the devices. A pass of an earlier holder who has entered is not sold on.
             */
            doubleAdmissions?: components["schemas"]["DoubleAdmission"][];
            /** @description Identifies the pass. */
            id: components["schemas"]["PassId"];
            /** @description When the pass was issued. */
            issuedAt: components["schemas"]["Timestamp"];
            /** @description The user who listed that ticket, and who admits people. */
            issuerId: components["schemas"]["UserId"];
            listingId?: components["schemas"]["TicketId"] | null;
            orderId?: components["schemas"]["OrderId"] | null;
            resaleLimit?: components["schemas"]["Money"] | null;
            /**
             * Format: int32
             * @description The number of changes of holder, from 0. A code of an earlier serial admits nobody.
             */
            serial: number;
            /** @description Whether the pass admits. */
            status: components["schemas"]["PassStatus"];
            /** @description The ticket whose sale issued the pass. */
            ticketId: components["schemas"]["TicketId"];
            /** @description The title under which the ticket was sold: to be sanitised before it reaches a terminal. */
            title: string;
            transferExpiresAt?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Rises by one with each change, from 0.
             */
            version: number;
        };
        /** @description The code of a pass: `TK1` and the base45 text of its identifier, serial and signature. Its `Debug` hides it. */
        PassCode: string;
        /** @description Identifies a pass. */
        PassId: string;
        /** @description A public key of Ed25519. */
        PassKey: {
            /** @description `EdDSA`. */
            alg: string;
            /** @description The curve: `Ed25519`. */
            crv: string;
            /** @description Identifies the key: its thumbprint (RFC 7638). */
            kid: string;
            /** @description The key type: `OKP`. */
            kty: string;
            /** @description `sig`. */
            use: string;
            /** @description The public key: base64url without padding of 32 bytes. */
            x: string;
        };
        /** @description The public keys that verify the codes of passes, as a JWK set (RFC 7517, RFC 8037). */
        PassKeys: {
            /** @description The keys; the service signs with the first one. */
            keys: components["schemas"]["PassKey"][];
        };
        /** @enum {string} */
        PassStatus: "valid" | "offered" | "used" | "void";
        /** @description A started transfer of a pass. */
        PassTransfer: {
            /** @description The secret for the next holder. */
            claimCode: components["schemas"]["ClaimCode"];
            /** @description When it ends: seven days after the start of the transfer. */
            expiresAt: components["schemas"]["Timestamp"];
        };
        /** @description The payment of an order. A backend may send no more than its id. */
        Payment: {
            amount?: components["schemas"]["Money"] | null;
            clientSecret?: components["schemas"]["ClientSecret"] | null;
            createdAt?: components["schemas"]["Timestamp"] | null;
            /** @description The currency, `usd`. */
            currency?: string | null;
            /** @description Identifies the payment. */
            id: components["schemas"]["PaymentId"];
            orderId?: components["schemas"]["OrderId"] | null;
            status?: components["schemas"]["PaymentStatus"] | null;
            /** @description The identifier at the card provider. */
            stripeId?: string | null;
        };
        /** @description Identifies a payment. */
        PaymentId: string;
        /** @enum {string} */
        PaymentStatus: "pending" | "authorized" | "succeeded" | "failed" | "refunded";
        /** @description The body of an error response: all errors of the request. */
        Problem: {
            /** @description One entry for each error. */
            errors: components["schemas"]["ErrorDetail"][];
        };
        /** @description The acknowledgement of a webhook event. */
        Received: {
            /** @description Whether the event is accepted, so that the provider need not redeliver it. */
            received: boolean;
        };
        /** @description The part of an order's timeline that one service retains. */
        ServiceTimeline: {
            /** @description The entries, causes before their effects. */
            entries: components["schemas"]["TimelineEntry"][];
            /** @description The order. */
            orderId: components["schemas"]["OrderId"];
            /** @description The service: `orders`, `payments` or `tickets`. */
            service: string;
        };
        /** @description An e-mail and its password. */
        SignIn: {
            /**
             * @description The address of the account. Case does not matter.
             * @example ada@example.com
             */
            email: string;
            /**
             * Format: password
             * @description The password, exactly as it was chosen.
             */
            password: string;
        };
        /** @description A new account. */
        SignUp: {
            /**
             * @description The address that will sign in. Case does not matter.
             * @example ada@example.com
             */
            email: string;
            /**
             * Format: password
             * @description 8 to 128 characters, taken exactly as they are.
             */
            password: string;
        };
        /** @description An empty object: `{}`. */
        SignedOut: Record<string, never>;
        /** @description A ticket that is listed for sale. */
        Ticket: components["schemas"]["TicketDetails"] & {
            createdAt?: components["schemas"]["Timestamp"] | null;
            /** @description Identifies the ticket. */
            id: components["schemas"]["TicketId"];
            orderId?: components["schemas"]["OrderId"] | null;
            /** @description The price, in US dollars. */
            price: components["schemas"]["Money"];
            resaleOf?: components["schemas"]["TicketId"] | null;
            /** @description The status. */
            status: components["schemas"]["TicketStatus"];
            /** @description The title of the event, as its seller wrote it: to be sanitised before it reaches a terminal. */
            title: string;
            updatedAt?: components["schemas"]["Timestamp"] | null;
            /** @description The seller. */
            userId: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description Rises by one with each change, from 0.
             */
            version: number;
        };
        /** @description The details of an event. Each field is optional, and absent if the seller has not given it. */
        TicketDetails: {
            /** @description The description of the event, in plain text: 1 to 2 000 characters. */
            description?: string | null;
            /** @description The seat or standing area: 1 to 60 characters. */
            seat?: string | null;
            startsAt?: components["schemas"]["EventTime"] | null;
            /** @description The venue of the event: 1 to 120 characters. */
            venue?: string | null;
        };
        /** @enum {string} */
        TicketHolder: "this_order" | "other_order" | "nobody";
        /** @description Identifies a ticket. */
        TicketId: string;
        /** @enum {string} */
        TicketStatus: "available" | "reserved" | "sold";
        /** @description What a seller changes of a ticket. */
        TicketUpdate: components["schemas"]["DetailsUpdate"] & {
            price: number | string;
            /** @description The title: 1 to 200 characters after trimming. */
            title: string;
        };
        /** @description One entry of a timeline. Which optional fields are present depends on the kind. */
        TimelineEntry: {
            /** @description The aggregate of a published event, or the payment of a request or call. */
            aggregate?: string | null;
            /** @description When it happened, by the clock of the service. */
            at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description The number of the attempt at the card provider, from 1.
             */
            attempt?: number | null;
            /**
             * Format: int64
             * @description The number of calls that the entry stands for, if they are more than one: late attempts share an entry.
             */
            calls?: number | null;
            /**
             * Format: int64
             * @description How often the event was delivered. It takes effect once, however often that is.
             */
            deliveries?: number | null;
            /** @description More for people, such as the provider's message of a decline. */
            detail?: string | null;
            endedAt?: components["schemas"]["Timestamp"] | null;
            /** @description The id of the event. An event and its deliveries have the same one. */
            eventId?: string | null;
            eventTime?: components["schemas"]["Timestamp"] | null;
            holder?: components["schemas"]["TicketHolder"] | null;
            /** @description The idempotency key of the request or call. */
            idempotencyKey?: string | null;
            /** @description The kind. */
            kind: components["schemas"]["TimelineKind"];
            /** @description The request, the event, the step at the card provider, or `reservation` for a deadline. */
            name: string;
            /**
             * @description The state: an event is `published` or `waiting`, a delivery `applied` or `failing`; a request for a
             *     payment has the status of the payment, a call the provider's outcome.
             */
            outcome?: string | null;
            /** @description The request ids of the card provider. */
            requestIds?: string[];
            /** @description The service that retains it. */
            service: string;
            /**
             * Format: int64
             * @description The version of the aggregate that the event made.
             */
            version?: number | null;
        };
        /** @enum {string} */
        TimelineKind: "command" | "delivery" | "call" | "event" | "deadline";
        /**
         * Format: date-time
         * @description An instant in UTC, RFC 3339 with milliseconds.
         * @example 2026-11-22T10:15:00.000Z
         */
        Timestamp: string;
        /** @description An account. */
        User: {
            /** @description The address that signs in. */
            email: string;
            /** @description Identifies the user. */
            id: components["schemas"]["UserId"];
        };
        /** @description Identifies a user. */
        UserId: string;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listOrders: {
        parameters: {
            query?: {
                /** @description `created`, `awaiting:payment`, `complete`, `cancelled`, a list of these with commas, or `all` (the default). */
                status?: string;
                /** @description Entries of a page; without it and a cursor the list is whole, up to 10 000 */
                limit?: number;
                /** @description From the Link of the page before */
                cursor?: string;
            };
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of orders, and a Link to the next */
            200: {
                headers: {
                    /** @description The next page, as `<…>; rel="next"`; absent on the last page */
                    Link?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"][];
                };
            };
            /** @description A filter is not valid */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; kept for 24 hours. The same key and body answers the first response again, unless that was a refusal which another try may change */
                "Idempotency-Key"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrder"];
            };
        };
        responses: {
            /** @description The ticket is reserved until `expiresAt`, at most until its event starts */
            201: {
                headers: {
                    /** @description Of a request with a key: whether an earlier one had the effect */
                    "Idempotent-Replayed"?: boolean;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The ticket is already reserved, or `ticket_past`: its event has started */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such ticket */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `price_changed`: the ticket does not cost `price` now; or the first request with this key is still being answered */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used with another body */
            422: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many unpaid orders, too many writes, or `reorder_too_soon`: others come first after a reservation was given up */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_yet_visible`: the ticket was just listed and its event has not arrived; a retry is safe */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The order */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order; its version is the ETag */
            200: {
                headers: {
                    /** @description The version, for `If-Match` and `If-None-Match` */
                    ETag?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description `If-None-Match` names this version */
            304: {
                headers: {
                    /** @description The version, for `If-Match` and `If-None-Match` */
                    ETag?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A field is malformed, or comes more than once */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or another's order */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such order */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The order */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order is cancelled */
            204: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A payment is being taken, or the order is complete */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or another's order */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such order */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOrderTimeline: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The order */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The requests, the deadline, the events and their deliveries */
            200: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceTimeline"];
                };
            };
            /** @description A field is malformed, or comes more than once */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the order of another user */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The order does not exist */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPasses: {
        parameters: {
            query?: {
                /** @description `valid`, `offered`, `used`, `void`, a list of these with commas, or `all` (the default). */
                status?: string;
                /** @description `me`: the passes that the signed-in user has issued, without codes, in place of those that the user holds. */
                issued?: string;
                /** @description The order with which the user bought the pass. */
                order?: string;
                /** @description Entries of a page; without it and a cursor the list is whole, up to 10 000 */
                limit?: number;
                /** @description From the Link of the page before */
                cursor?: string;
            };
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of passes, and a Link to the next */
            200: {
                headers: {
                    /** @description The next page, as `<…>; rel="next"`; absent on the last page */
                    Link?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pass"][];
                };
            };
            /** @description A filter is not valid */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkInPass: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; kept for 24 hours. The same key and body answers the first admission again */
                "Idempotency-Key"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCheckIn"];
            };
        };
        responses: {
            /** @description The pass is admitted */
            201: {
                headers: {
                    /** @description Of a request with a key: whether an earlier one had the effect */
                    "Idempotent-Replayed"?: boolean;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Admission"];
                };
            };
            /** @description A field is not valid; `pass_invalid`: forged or garbled; `pass_superseded`: another user holds the pass since; `pass_offered`: it is for sale; `pass_other_day`, with title and start: its event starts earlier or later than `startsWithin` allows */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or not the issuer of the pass */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `already_admitted`, with the time and the device; or the first request with this key is still being answered */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used with another body */
            422: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    claimPass: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; kept for 24 hours. The same key and body answers the pass again */
                "Idempotency-Key"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewClaim"];
            };
        };
        responses: {
            /** @description The user holds the pass */
            201: {
                headers: {
                    /** @description Of a request with a key: whether an earlier one had the effect */
                    "Idempotent-Replayed"?: boolean;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pass"];
                };
            };
            /** @description `claim_invalid`: the code is unknown, expired, used or taken back */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The first request with this key is still being answered */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used with another body */
            422: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many failed claims, or too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPassKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JWK set; the service signs with the first key */
            200: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PassKeys"];
                };
            };
            /** @description A field is malformed, or comes more than once */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPass: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The pass */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pass; its version is the ETag. Only its holder sees the code, while it is valid */
            200: {
                headers: {
                    /** @description The version, for `If-Match` and `If-None-Match` */
                    ETag?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pass"];
                };
            };
            /** @description `If-None-Match` names this version */
            304: {
                headers: {
                    /** @description The version, for `If-Match` and `If-None-Match` */
                    ETag?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A field is malformed, or comes more than once */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such pass, or it is neither held nor issued by the user */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPassCalendar: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The pass */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event (RFC 5545) */
            200: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar": string;
                };
            };
            /** @description A field is malformed, or comes more than once */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The user holds no such pass, or it does not say when its event starts */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resellPass: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; kept for 24 hours. The same key and body answers the first listing again */
                "Idempotency-Key"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The pass */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewResale"];
            };
        };
        responses: {
            /** @description The listing */
            201: {
                headers: {
                    /** @description Of a request with a key: whether an earlier one had the effect */
                    "Idempotent-Replayed"?: boolean;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description The price is above `resaleLimit`; `pass_not_valid`: the pass is for sale, used or void, or a door has admitted an earlier holder; or `ticket_past`: its event has started */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The user holds no such pass */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The first request with this key is still being answered */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used with another body */
            422: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    transferPass: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; kept for 24 hours. The same key answers the first response again */
                "Idempotency-Key"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The pass */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The transfer is pending */
            201: {
                headers: {
                    /** @description Of a request with a key: whether an earlier one had the effect */
                    "Idempotent-Replayed"?: boolean;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PassTransfer"];
                };
            };
            /** @description `pass_not_valid`: the pass is for sale, used or void */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The user holds no such pass */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The first request with this key is still being answered */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used with another pass */
            422: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelPassTransfer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The pass */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No transfer is pending */
            204: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `pass_not_valid`: the pass is for sale, used or void */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The user holds no such pass */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPayments: {
        parameters: {
            query?: {
                /** @description The order that they pay for */
                order?: string;
                /** @description Entries of a page; without it and a cursor the list is whole, up to 10 000 */
                limit?: number;
                /** @description From the Link of the page before */
                cursor?: string;
            };
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of payments, and a Link to the next */
            200: {
                headers: {
                    /** @description The next page, as `<…>; rel="next"`; absent on the last page */
                    Link?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"][];
                };
            };
            /** @description The order, the limit or the cursor is invalid */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; kept for 24 hours. The same key and body answers the first response again, unless that was a refusal which another try may change */
                "Idempotency-Key"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPayment"];
            };
        };
        responses: {
            /** @description The payment is captured */
            201: {
                headers: {
                    /** @description Of a request with a key: whether an earlier one had the effect */
                    "Idempotent-Replayed"?: boolean;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description The outcome is not known yet: follow the payment */
            202: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description A field is invalid, the card was declined, or the order cannot be paid */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the order of another user */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The order does not exist */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The first request with this key is in progress */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used with another body */
            422: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The card provider cannot be reached, or `not_yet_visible`: the event of a new order has not arrived; safe to retry */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPaymentTimeline: {
        parameters: {
            query: {
                /** @description The order */
                order: string;
            };
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The payments, the calls of the card provider, the events and their deliveries */
            200: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceTimeline"];
                };
            };
            /** @description The order is missing */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the order of another user */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service has not received such an order */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    receiveWebhookEvent: {
        parameters: {
            query?: never;
            header: {
                /** @description The time and the signature of the body: `t=…,v1=…` */
                "Stripe-Signature": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description The event, as signed by the provider */
        requestBody: {
            content: {
                "application/json": string;
            };
        };
        responses: {
            /** @description The event is accepted or ignored */
            200: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Received"];
                };
            };
            /** @description The signature is invalid */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description No webhook secret is set */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The payment */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The payment; its version is the ETag */
            200: {
                headers: {
                    /** @description The version, for `If-Match` and `If-None-Match` */
                    ETag?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description `If-None-Match` names this version */
            304: {
                headers: {
                    /** @description The version, for `If-Match` and `If-None-Match` */
                    ETag?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A field is malformed, or comes more than once */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the payment of another user */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The payment does not exist */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTickets: {
        parameters: {
            query?: {
                /** @description Words that title and venue must contain between them; 200 characters at most. */
                q?: string;
                minPrice?: string;
                maxPrice?: string;
                /** @description Words that the venue must contain; 200 characters at most. */
                venue?: string;
                from?: string;
                until?: string;
                past?: "" | "true" | "false";
                sort?: "" | "oldest" | "newest" | "price" | "-price" | "title" | "starts";
                seller?: "" | "me";
                status?: string;
                /** @description Entries of a page; without it and a cursor the list is whole, up to 10 000 */
                limit?: number;
                /** @description From the Link of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Where the live feed resumes: the id of an event, or `since:` and milliseconds since the Unix epoch */
                "Last-Event-ID"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tickets, and a Link to more if there are more; or the live feed */
            200: {
                headers: {
                    /** @description The next page, as `<…>; rel="next"`; absent on the last page */
                    Link?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"][];
                    "text/event-stream": string;
                };
            };
            /** @description A filter is not valid */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description seller=me without a session */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTicket: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; kept for 24 hours. The same key and body answers the first response again, unless that was a refusal which another try may change */
                "Idempotency-Key"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTicket"];
            };
        };
        responses: {
            /** @description The ticket is listed */
            201: {
                headers: {
                    /** @description Of a request with a key: whether an earlier one had the effect */
                    "Idempotent-Replayed"?: boolean;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description A field is not valid */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The first request with this key is still being answered */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used with another body */
            422: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTicketTimeline: {
        parameters: {
            query: {
                /** @description The order */
                order: string;
            };
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who held the ticket when, the events and their deliveries */
            200: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceTimeline"];
                };
            };
            /** @description The order is missing */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the order of another user */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service has not received such an order */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The ticket */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket; its version is the ETag */
            200: {
                headers: {
                    /** @description The version, for `If-Match` and `If-None-Match` */
                    ETag?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description `If-None-Match` names this version */
            304: {
                headers: {
                    /** @description The version, for `If-Match` and `If-None-Match` */
                    ETag?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A field is malformed, or comes more than once */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such ticket */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateTicket: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the ticket has this version */
                "If-Match"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The ticket */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketUpdate"];
            };
        };
        responses: {
            /** @description The ticket as it is now */
            200: {
                headers: {
                    /** @description The version, for `If-Match` and `If-None-Match` */
                    ETag?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description A field is not valid, or the ticket is reserved */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or not the owner */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such ticket */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The ticket has another version */
            412: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTicket: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the ticket has this version */
                "If-Match"?: string | null;
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path: {
                /** @description The ticket */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket is withdrawn */
            204: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The ticket is reserved */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or not the owner */
            401: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such ticket */
            404: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The ticket has another version */
            412: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many writes */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    currentuser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account of the session, or null */
            200: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentUserAnswer"];
                };
            };
            /** @description A field is malformed, or comes more than once */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The service cannot answer now: see `Retry-After` */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description The account */
            200: {
                headers: {
                    /** @description The session */
                    "Set-Cookie"?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description An invalid field, or `invalid_credentials` */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests` from this address, to this account or to any */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: the queue for password hashing is full */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signout: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the user that the request is meant for: 409 `other_user` where another one is signed in */
                "x-ticketing-user"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out */
            200: {
                headers: {
                    /** @description Clears the session */
                    "Set-Cookie"?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedOut"];
                };
            };
            /** @description A field is malformed, or comes more than once */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The request is meant for another user than the one who is signed in */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: the session was not ended */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signup: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; kept for 24 hours */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUp"];
            };
        };
        responses: {
            /** @description The account */
            201: {
                headers: {
                    /** @description Of a request with a key: whether an earlier one had the effect */
                    "Idempotent-Replayed"?: boolean;
                    /** @description The session */
                    "Set-Cookie"?: string;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description An invalid field, or `email_in_use` */
            400: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description A browser sent the request from another origin */
            403: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body did not arrive in time */
            408: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_in_flight`: the first request with this key is still being answered */
            409: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not declared as JSON */
            415: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: the key was used with another body */
            422: {
                headers: {
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests` from this address */
            429: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: the queue for password hashing is full */
            503: {
                headers: {
                    /** @description The seconds to wait before another try */
                    "Retry-After"?: number;
                    /** @description The id of the request, as log lines and traces have it */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
