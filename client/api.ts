// Made by openapi-typescript of docs/openapi.json (sha256 c7ddaf0058b6513e0e06d7bd48a042d648eb91c22fefd0503cd572a9c563a5ee): run "npm run openapi".

export interface paths {
    "/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List orders, newest first
         * @description Every page takes the same time, however far it is from the first.
         */
        get: operations["listOrders"];
        put?: never;
        /**
         * Create an order
         * @description Once the response is 202, the order is stored and will become Completed, Failed or Cancelled, whatever crashes.
         */
        post: operations["createOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create up to 100 orders
         * @description Each order gets the result that `POST /orders` would have returned, independently of the other orders. Idempotency-Key is not supported; it is safe to repeat the batch, because order ids are unique per owner.
         */
        post: operations["createOrders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an order
         * @description To poll cheaply, send the `ETag` of the last response in `If-None-Match`. To wait for a change, also send `wait`.
         */
        get: operations["getOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a Pending order
         * @description Changes the values of a Pending order. The history says which fields were changed. A change of `process_after` also replaces the time of a retry. Once a step of the order is recorded, only `process_after` can be changed, because the step has used the other values.
         */
        patch: operations["amendOrder"];
        trace?: never;
    };
    "/orders/{order_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the history of an order
         * @description Lists what happened to the order, with the reason and who did it: each state transition, and also signals, undone steps, requests to cancel it, and which fields `PATCH` changed.
         */
        get: operations["getOrderHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{order_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an order
         * @description A Cancelled order is never processed again. Cancelled is final. An order that is being processed stops after the step that is running. If its processor returns without taking another step, the order is Completed. Steps that have an undo are undone before the order is Cancelled. Cancelling an order again changes nothing.
         */
        post: operations["cancelOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{order_id}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redrive a Failed order
         * @description Redriving an order sends it back to be processed, with a new budget of attempts.
         */
        post: operations["redriveOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{order_id}/signals/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a signal to an order
         * @description Continues an order whose processor waits for a signal of this name. It may come before the processor waits for it. Each name counts once: repeating the same request is safe.
         */
        post: operations["signalOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/order": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an order by an id in the query
         * @description Use this for ids that may change in a URL path: ids with `/`, `?`, `#` or `%`, and the ids `.` and `..`.
         */
        get: operations["getOrderByQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a Pending order by an id in the query
         * @description Use this for ids that may change in a URL path: ids with `/`, `?`, `#` or `%`, and the ids `.` and `..`.
         */
        patch: operations["amendOrderByQuery"];
        trace?: never;
    };
    "/order/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the history of an order by an id in the query
         * @description Use this for ids that may change in a URL path: ids with `/`, `?`, `#` or `%`, and the ids `.` and `..`.
         */
        get: operations["getOrderHistoryByQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/order/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an order by an id in the query
         * @description Use this for ids that may change in a URL path: ids with `/`, `?`, `#` or `%`, and the ids `.` and `..`.
         */
        post: operations["cancelOrderByQuery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/order/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redrive a Failed order by an id in the query
         * @description Use this for ids that may change in a URL path: ids with `/`, `?`, `#` or `%`, and the ids `.` and `..`.
         */
        post: operations["redriveOrderByQuery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/order/signals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a signal to an order by an id in the query
         * @description Use this for ids that may change in a URL path: ids with `/`, `?`, `#` or `%`, and the ids `.` and `..`.
         */
        post: operations["signalOrderByQuery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a signal by a callback URL
         * @description The processor of an order makes such a URL for a system that has no credential. The token is signed, and sends one signal to one run of one order.
         */
        post: operations["receiveCallback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redrive Failed orders
         * @description Select orders by id, by reason code, by both, or select every Failed order with `all`.
         */
        post: operations["redriveOrders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel several orders
         * @description Cancels the orders that are not finished, in one commit, each in the same way as `POST /orders/{order_id}/cancel`.
         */
        post: operations["cancelOrders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count Failed orders by cause
         * @description Groups the orders that are Failed now by reason code.
         */
        get: operations["listFailures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List dead letters
         * @description Returns up to ten messages of the dead-letter queue, which workers could not process. Listing does not remove them, but SQS counts it in `receive_count`, which has no effect on a dead letter. With `limit=0`, it only returns their number, without receiving them.
         */
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send dead letters to the order queue again
         * @description Moves the messages back to the order queue, unchanged. A message that still cannot be processed becomes a dead letter again.
         */
        post: operations["resendDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete dead letters
         * @description Deletes the messages. Orders do not depend on them: the sweep sends a message for every unfinished order.
         */
        post: operations["deleteDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what operators did
         * @description Returns who paused and resumed processing, redrove orders, cancelled several, erased users, handled dead letters, and created and revoked API keys, newest first. What happened to one order is in its history.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/processing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the state of processing
         * @description Returns whether processing is paused, since when, by whom and why.
         */
        get: operations["getProcessing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/processing/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause processing
         * @description The API keeps accepting orders. In-flight orders are finished; no other order is started.
         */
        post: operations["pauseProcessing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/processing/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume processing
         * @description Orders that were accepted during the pause are processed.
         */
        post: operations["resumeProcessing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get metrics
         * @description Counts orders by status, with the average processing time of Completed orders. Takes the same time however many orders there are.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the health of the service
         * @description Needs no credential, so that a load balancer or a monitor can call it.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
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
        /** @description An order to create. */
        NewOrder: {
            /**
             * @description The id that you choose for the order. It must never be reused: 1 to 255 characters, none of them control characters, not `.` or `..`.
             * @example ORD-1
             */
            order_id: string;
            /** @description The user who orders. */
            user_id: number | string;
            /** @description The items. The list may be empty. Required for a new order without `items`. */
            item_ids?: (number | string)[];
            /**
             * @description An amount of money, stored exactly as you send it (9.50 stays 9.50): at least 0 and less than 1e12. Send it as a string if a float cannot represent it.
             * @example 19.99
             */
            total_amount: number | string;
            /**
             * @description The currency of the amounts: an ISO 4217 code that is in use.
             * @example EUR
             */
            currency?: string;
            /**
             * @description Your own reference to the customer.
             * @example customer-17
             */
            customer_ref?: string;
            /**
             * @description Your own data about it: up to 50 keys of 1 to 40 characters, with values of at most 500 characters.
             * @example {
             *       "channel": "web"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /** @description The items with quantities and prices, as an alternative to `item_ids`. The list may be empty. */
            items?: {
                /**
                 * @description Identifies what was ordered.
                 * @example MUG-BLUE
                 */
                sku: string;
                /**
                 * @description How many were ordered.
                 * @example 2
                 */
                quantity: number;
                /**
                 * @description The price of one, stored exactly as you send it: at least 0 and less than 1e12, with at most 20 decimals.
                 * @example 4.75
                 */
                unit_price: number | string;
                /**
                 * @description Your own data about it: up to 50 keys of 1 to 40 characters, with values of at most 500 characters.
                 * @example {
                 *       "channel": "web"
                 *     }
                 */
                metadata?: {
                    [key: string]: string;
                };
            }[];
            /**
             * Format: date-time
             * @description The order is not processed before this time, at most a year from now. A time in the past has no effect.
             * @example 2026-11-23T09:30:00Z
             */
            process_after?: string;
            /**
             * @deprecated
             * @description Ignored: every order starts Pending.
             * @enum {string}
             */
            status?: "Pending" | "Processing" | "Completed";
        };
        /** @description Orders to create. */
        NewOrders: {
            /** @description The orders to create. */
            orders: components["schemas"]["NewOrder"][];
        };
        /** @description The fields to change. Each replaces the whole value; null removes an optional one. */
        Amendment: {
            /** @description The user who orders. */
            user_id?: number | string;
            /** @description The items. The list may be empty. Required for a new order without `items`. */
            item_ids?: (number | string)[];
            /**
             * @description An amount of money, stored exactly as you send it (9.50 stays 9.50): at least 0 and less than 1e12. Send it as a string if a float cannot represent it.
             * @example 19.99
             */
            total_amount?: number | string;
            /** @description The new currency; null removes it. */
            currency?: string | null;
            /** @description The new reference to the customer; null removes it. */
            customer_ref?: string | null;
            /** @description Your new data, which replaces the earlier data; null removes it. */
            metadata?: {
                [key: string]: string;
            } | null;
            /** @description The new items, which replace the earlier ones; null removes them. */
            items?: {
                /**
                 * @description Identifies what was ordered.
                 * @example MUG-BLUE
                 */
                sku: string;
                /**
                 * @description How many were ordered.
                 * @example 2
                 */
                quantity: number;
                /**
                 * @description The price of one, stored exactly as you send it: at least 0 and less than 1e12, with at most 20 decimals.
                 * @example 4.75
                 */
                unit_price: number | string;
                /**
                 * @description Your own data about it: up to 50 keys of 1 to 40 characters, with values of at most 500 characters.
                 * @example {
                 *       "channel": "web"
                 *     }
                 */
                metadata?: {
                    [key: string]: string;
                };
            }[] | null;
            /** @description The new time before which the order is not processed; null lets it be processed now. */
            process_after?: string | null;
        };
        /** @description Why the request is made. */
        Reason: {
            /** @description Why, as text for people. */
            reason?: string;
        };
        /** @description Which Failed orders to redrive. */
        Redrive: {
            /**
             * @description Every Failed order.
             * @constant
             */
            all?: true;
            /** @description Only the Failed orders among these. */
            order_ids?: string[];
            /** @description Only orders that failed with this reason code; null selects orders that failed without one. */
            reason_code?: string | null;
            /** @description Continue after this order id, the last one of an earlier response, so that an order that fails again in the meantime is not redriven twice. */
            after?: string;
            /** @description The owner of the order that `after` names, if it is not the `owner` or the caller: several owners can have an order with the same id. */
            after_owner?: string;
            /** @description Only this owner's orders. Required if several owners have an order with one of the `order_ids`. */
            owner?: string;
            /**
             * @description The most orders to redrive.
             * @default 100
             */
            limit: number;
            /**
             * @description Starts a new run: the idempotency keys of these orders change, so that effects which were undone happen again.
             * @default false
             */
            new_run: boolean;
            /**
             * @description Only returns the orders, and changes nothing.
             * @default false
             */
            dry_run: boolean;
            /**
             * @description Why, as text for people. It is in the history of each order.
             * @default redriven over HTTP
             */
            reason: string;
        };
        /** @description The payload: any JSON of at most 60,000 bytes, which the processor gets. Without a body, it is null. */
        SignalPayload: unknown;
        /** @description A signal that the order has. */
        SignalResult: {
            /**
             * @description The order id that the client chose.
             * @example ORD-1
             */
            order_id: string;
            /** @description The name of the signal. */
            name: string;
            /**
             * @description Whether this request stored the signal, or an earlier one with the same payload.
             * @enum {string}
             */
            outcome: "stored" | "repeated";
        };
        /**
         * @description The state of an order. Completed and Cancelled are final.
         * @enum {string}
         */
        Status: "Pending" | "Processing" | "Waiting" | "Completed" | "Failed" | "Cancelled";
        /** @description An order and its progress. */
        Order: {
            /**
             * @description The order id that the client chose.
             * @example ORD-1
             */
            order_id: string;
            /** @description Who created the order; empty where callers are not authenticated. */
            owner: string;
            status: components["schemas"]["Status"];
            /** @description The states that the order can move to from its current state. */
            next_states: components["schemas"]["Status"][];
            /**
             * @description The user who ordered.
             * @example 7
             */
            user_id: number;
            /** @description The items, in the order in which they were sent. */
            item_ids: number[];
            /**
             * @description The exact decimal text as it was sent (9.50), because most clients parse a JSON number as a float. Only orders imported from the old service can have a negative amount, NaN or Infinity.
             * @example 19.99
             */
            total_amount: string;
            /**
             * @description The currency of the amounts; null if none was sent.
             * @example EUR
             */
            currency: string | null;
            /**
             * @description The reference to the customer; null if none was sent.
             * @example customer-17
             */
            customer_ref: string | null;
            /** @description The time before which the order is not processed; null if none was sent. */
            process_after: string | null;
            /** @description The data that the client sent with it; empty if none was sent. */
            metadata: {
                [key: string]: string;
            };
            /** @description The items with quantities and prices; empty if `item_ids` was sent instead. */
            items: {
                /**
                 * @description Identifies what was ordered.
                 * @example MUG-BLUE
                 */
                sku: string;
                /** @description How many were ordered. */
                quantity: number;
                /**
                 * @description The price of one: the exact decimal text as it was sent.
                 * @example 4.75
                 */
                unit_price: string;
                /** @description The data that the client sent with it; empty if none was sent. */
                metadata: {
                    [key: string]: string;
                };
            }[];
            /** @description In seconds; null until the order is Completed. */
            processing_time: number | null;
            /**
             * Format: date-time
             * @description When the order was created.
             */
            created_at: string;
            /** @description When the order became Completed, Failed or Cancelled. */
            finished_at: string | null;
            /** @description Attempts since the order was created or last redriven, including one in progress. */
            attempts: number;
            /** @description The number of these attempts that ended because the worker crashed. */
            crashes: number;
            /** @description How many times the order was redriven. */
            redrives: number;
            /** @description When the next attempt may start, or a Waiting order continues; null otherwise. Before the first attempt, this is `process_after`. */
            next_attempt_at: string | null;
            /** @description Why the order is in this state, as a stable code for programs. */
            reason_code: string | null;
            /** @description Why the order is in this state, as text for people. */
            reason: string | null;
            /** @description When a caller first cancelled it. If its processor returned before it noticed, the order is Completed all the same. */
            cancel_requested_at: string | null;
            /** @description The status that the order gets once its steps are undone; null if there is nothing to undo. A Failed order for which it is set was not undone completely. */
            ends_as: ("Failed" | "Cancelled") | null;
        };
        /** @description An order with the steps of its processor. */
        OrderWithSteps: {
            /**
             * @description The order id that the client chose.
             * @example ORD-1
             */
            order_id: string;
            /** @description Who created the order; empty where callers are not authenticated. */
            owner: string;
            status: components["schemas"]["Status"];
            /** @description The states that the order can move to from its current state. */
            next_states: components["schemas"]["Status"][];
            /**
             * @description The user who ordered.
             * @example 7
             */
            user_id: number;
            /** @description The items, in the order in which they were sent. */
            item_ids: number[];
            /**
             * @description The exact decimal text as it was sent (9.50), because most clients parse a JSON number as a float. Only orders imported from the old service can have a negative amount, NaN or Infinity.
             * @example 19.99
             */
            total_amount: string;
            /**
             * @description The currency of the amounts; null if none was sent.
             * @example EUR
             */
            currency: string | null;
            /**
             * @description The reference to the customer; null if none was sent.
             * @example customer-17
             */
            customer_ref: string | null;
            /** @description The time before which the order is not processed; null if none was sent. */
            process_after: string | null;
            /** @description The data that the client sent with it; empty if none was sent. */
            metadata: {
                [key: string]: string;
            };
            /** @description The items with quantities and prices; empty if `item_ids` was sent instead. */
            items: {
                /**
                 * @description Identifies what was ordered.
                 * @example MUG-BLUE
                 */
                sku: string;
                /** @description How many were ordered. */
                quantity: number;
                /**
                 * @description The price of one: the exact decimal text as it was sent.
                 * @example 4.75
                 */
                unit_price: string;
                /** @description The data that the client sent with it; empty if none was sent. */
                metadata: {
                    [key: string]: string;
                };
            }[];
            /** @description In seconds; null until the order is Completed. */
            processing_time: number | null;
            /**
             * Format: date-time
             * @description When the order was created.
             */
            created_at: string;
            /** @description When the order became Completed, Failed or Cancelled. */
            finished_at: string | null;
            /** @description Attempts since the order was created or last redriven, including one in progress. */
            attempts: number;
            /** @description The number of these attempts that ended because the worker crashed. */
            crashes: number;
            /** @description How many times the order was redriven. */
            redrives: number;
            /** @description When the next attempt may start, or a Waiting order continues; null otherwise. Before the first attempt, this is `process_after`. */
            next_attempt_at: string | null;
            /** @description Why the order is in this state, as a stable code for programs. */
            reason_code: string | null;
            /** @description Why the order is in this state, as text for people. */
            reason: string | null;
            /** @description When a caller first cancelled it. If its processor returned before it noticed, the order is Completed all the same. */
            cancel_requested_at: string | null;
            /** @description The status that the order gets once its steps are undone; null if there is nothing to undo. A Failed order for which it is set was not undone completely. */
            ends_as: ("Failed" | "Cancelled") | null;
            /** @description The recorded steps, sleeps and waits of the current run, in the order in which they were recorded: the latest 1,000. */
            steps: {
                /** @description The name that the processor gave it. */
                name: string;
                /**
                 * @description Whether it is a step, a sleep, or a wait for a signal.
                 * @enum {string}
                 */
                kind: "step" | "sleep" | "wait";
                /**
                 * @description Whether it has ended. A wait is `timed_out` if its signal did not come in time, and `abandoned` if the order ended before.
                 * @enum {string}
                 */
                state: "completed" | "sleeping" | "waiting" | "timed_out" | "abandoned";
                /** @description Whether the step was undone; null if it has no undo. */
                undo: ("possible" | "done") | null;
                /** @description When it was undone. */
                undone_at: string | null;
                /** @description The attempt that recorded it. */
                attempt: number;
                /**
                 * Format: date-time
                 * @description When it started.
                 */
                started_at: string;
                /**
                 * Format: date-time
                 * @description When it ended or, if a sleep or a wait goes on, when it ends at the latest.
                 */
                finished_at: string;
                /** @description The size of its result, or of the payload of its signal, as JSON. Neither is shown. */
                result_bytes: number;
            }[];
        };
        /** @description A page of orders. */
        OrderPage: {
            /** @description The orders of this page, newest first. */
            orders: components["schemas"]["Order"][];
            /** @description Pass it as `cursor` to get the next page; null on the last page. */
            next_cursor: string | null;
        };
        /** @description The history of an order. */
        OrderHistory: {
            /**
             * @description The order id that the client chose.
             * @example ORD-1
             */
            order_id: string;
            /** @description What happened, oldest first: the latest 1,000 entries. */
            history: {
                /**
                 * Format: date-time
                 * @description When it happened.
                 */
                at: string;
                /** @description The state before it; null for the creation of the order. */
                from: components["schemas"]["Status"] | null;
                /** @description The state after it: the same one if the state did not change. */
                to: components["schemas"]["Status"];
                /** @description The attempt during which it happened, counted like `attempts` of the order; 0 before the first. */
                attempt: number;
                /** @description Why it happened, as a stable code for programs. */
                reason_code: string | null;
                /** @description Why it happened, as text for people. */
                reason: string | null;
                /** @description Who did it: an invocation of the worker, a caller, or a database user. */
                actor: string;
            }[];
        };
        /** @description The order is stored. */
        Accepted: {
            /**
             * @description The HTTP status code of this response.
             * @constant
             */
            status_code: 202;
            /**
             * @description Confirms the order id.
             * @example Order successfully processed. Please check status for order id: ORD-1
             */
            message: string;
        };
        /** @description The results of a batch. */
        BatchResult: {
            /**
             * @description The HTTP status code of this response.
             * @constant
             */
            status_code: 207;
            /** @description Summarizes the results, for people. */
            message: string;
            /** @description What became of the orders. */
            data: {
                /** @description How many orders are stored. */
                accepted: number;
                /** @description How many orders are not stored. */
                refused: number;
                /** @description One result per order, in the order of the request. */
                results: {
                    /** @description The order id as it was sent; null if it was not a string. */
                    order_id: string | null;
                    /** @description The status that POST /orders would have returned: 202, 400, 429 or 503. */
                    status_code: number;
                    code?: components["schemas"]["ErrorCode"];
                    /** @description What became of the order, for people. */
                    message: string;
                    /** @description What is invalid in the request. Present only when the request is invalid. */
                    errors?: components["schemas"]["FieldError"][];
                }[];
            };
        };
        /** @description The result of a redrive of several orders. */
        Redriven: {
            /**
             * @description The HTTP status code of this response.
             * @constant
             */
            status_code: 200;
            /** @description What happened, for people. */
            message: string;
            /** @description Which orders the request selected. */
            data: {
                /** @description Ids of the orders that were redriven or, in a dry run, would be; sorted. */
                order_ids: string[];
                /** @description The same orders with their owners. */
                orders: {
                    /**
                     * @description The order id that the client chose.
                     * @example ORD-1
                     */
                    order_id: string;
                    /** @description The owner of the order. */
                    owner: string;
                }[];
                /** @description How many other orders were skipped because they have reached the redrive limit. */
                capped: number;
            };
        };
        /** @description Which orders to cancel. */
        Cancel: {
            /** @description The ids of the orders. */
            order_ids: string[];
            /** @description Only this owner's orders. Required if several owners have an order with one of the `order_ids`. */
            owner?: string;
            /**
             * @description Only returns the orders, and changes nothing.
             * @default false
             */
            dry_run: boolean;
            /**
             * @description Why, as text for people. It is in the history of each order.
             * @default cancelled over HTTP
             */
            reason: string;
        };
        /** @description The result of cancelling several orders. */
        Cancelled: {
            /**
             * @description The HTTP status code of this response.
             * @constant
             */
            status_code: 200;
            /** @description What happened, for people. */
            message: string;
            /** @description What became of the orders. */
            data: {
                /** @description How many orders are Cancelled now; 0 in a dry run. */
                cancelled: number;
                /** @description How many orders will be Cancelled later: a worker has them, or their steps are undone first; 0 in a dry run. */
                cancelling: number;
                /** @description Ids of the orders that were cancelled or, in a dry run, would be; sorted. */
                order_ids: string[];
                /** @description The same orders with their owners. One that is not Cancelled yet stops after the step that is running, and has its steps undone. */
                orders: {
                    /**
                     * @description The order id that the client chose.
                     * @example ORD-1
                     */
                    order_id: string;
                    /** @description The owner of the order. */
                    owner: string;
                    status: components["schemas"]["Status"];
                }[];
                /** @description Orders that were finished, so that they cannot be cancelled. */
                left_alone: {
                    /**
                     * @description The order id that the client chose.
                     * @example ORD-1
                     */
                    order_id: string;
                    /** @description The owner of the order. */
                    owner: string;
                    status: components["schemas"]["Status"];
                }[];
                /** @description Ids of orders that do not exist. */
                unknown: string[];
            };
        };
        /** @description Failed orders by cause. */
        FailureGroups: {
            /** @description The causes, most frequent first. */
            failures: {
                /** @description Null for orders that were set to Failed manually. */
                reason_code: string | null;
                /** @description How many orders failed for this cause. */
                orders: number;
                /** @description When the first of these orders failed. */
                oldest: string | null;
                /** @description When the last of these orders failed. */
                newest: string | null;
            }[];
        };
        /** @description Messages that workers could not process. */
        DeadLetterList: {
            /** @description Up to ten dead letters. */
            dead_letters: {
                /** @description The id that SQS gave the message. */
                message_id: string;
                /** @description The body of the message as it was received. */
                body: string;
                /**
                 * Format: date-time
                 * @description When the message was sent to the order queue.
                 */
                sent_at: string;
                /** @description How often the message has been received. */
                receive_count: number;
                /** @description Null unless the body names one order. */
                order_id: string | null;
                /** @description Empty when the body names no owner; null without `order_id`. */
                owner: string | null;
                /** @description Each order that the body names. */
                orders: {
                    /** @description The id of the order. */
                    order_id: string;
                    /** @description Empty when the body names no owner. */
                    owner: string;
                }[];
            }[];
            /** @description The number of dead letters. SQS reports an approximate count. */
            approximate_count: number;
        };
        /** @description What became of the dead letters. */
        SettledDeadLetters: {
            /** @description The messages that were found and handled. */
            message_ids: string[];
            /** @description The messages that were not among the first 1,000 of the queue, or that another reader holds for up to two minutes. */
            not_found: string[];
        };
        /** @description Which dead letters to handle. */
        DeadLetterSelection: {
            /** @description The `message_id` of each dead letter. */
            message_ids: string[];
            /** @description Why, as text for people. It is in the audit. */
            reason?: string;
        };
        /** @description What operators did. */
        AuditList: {
            /** @description The entries, newest first. */
            audit: {
                /** @description A number that grows with each entry; it can skip some. */
                entry: number;
                /**
                 * Format: date-time
                 * @description When it was done.
                 */
                at: string;
                /** @description Who did it: an API key or a token with the request id, or an operator. */
                actor: string;
                /** @description What was done: processing.paused, processing.resumed, orders.redriven, orders.cancelled, orders.erased, dead_letters.resent, dead_letters.deleted, key.created, key.revoked. */
                action: string;
                /** @description The owner of the orders or of the key; null for several or none. */
                owner: string | null;
                /** @description The id of the one order or key; null for several or none. */
                target: string | null;
                /** @description How many orders were changed; null if it was not about orders. */
                orders: number | null;
                /** @description What else is known, such as the scopes of a key. */
                details: {
                    [key: string]: unknown;
                };
                /** @description Why, as text for people. */
                reason: string | null;
            }[];
            /** @description The `before` of the next page; null on the last page. */
            next_before: number | null;
        };
        /** @description Whether orders are processed. */
        Processing: {
            /** @description Whether processing is paused. */
            paused: boolean;
            /** @description When processing was last paused or resumed; null if never. */
            since: string | null;
            /** @description Who paused or resumed processing; null for callers without `orders:admin`. */
            actor: string | null;
            /** @description Why it was paused or resumed; null for callers without `orders:admin`. */
            reason: string | null;
        };
        /** @description The metrics of the whole service. */
        Metrics: {
            /**
             * @description The HTTP status code of this response.
             * @constant
             */
            status_code: 200;
            /**
             * @description Always this text, which clients of the old service compare.
             * @constant
             */
            message: "Succesfully fetched metrics Ddta";
            /** @description The metrics. */
            data: {
                /** @description The number of Pending, Processing and Completed orders. The name is inherited from the old service. */
                total_orders_processed: number;
                /** @description The average processing time of Completed orders in seconds; 0 if there are none. */
                total_processing_time: number;
                /** @description The number of orders in each status. */
                status_counts: {
                    /** @description Orders that are Pending. */
                    Pending: number;
                    /** @description Orders that are Processing. */
                    Processing: number;
                    /** @description Orders that are Waiting. */
                    Waiting: number;
                    /** @description Orders that are Completed. */
                    Completed: number;
                    /** @description Orders that are Failed. */
                    Failed: number;
                    /** @description Orders that are Cancelled. */
                    Cancelled: number;
                };
                /** @description The longest wait in seconds of a Pending order that could be claimed; 0 if there is none. Orders in backoff do not count, and a redriven order waits since its redrive. The alarm and `MAX_PENDING_AGE_SECONDS` use the same number. */
                oldest_pending_seconds: number;
                /** @description What happened in the last minutes. */
                window: {
                    /** @description How many minutes the window covers. */
                    minutes: number;
                    /** @description Processing times of the orders that became Completed in the window; null if there were none. */
                    processing_seconds: {
                        /** @description The average in seconds. */
                        average: number | null;
                        /** @description Half of the orders took at most this many seconds. */
                        p50: number | null;
                        /** @description 95% of the orders took at most this many seconds. */
                        p95: number | null;
                        /** @description The maximum relative error of p50 and p95, which are read from a histogram. */
                        quantile_error: number;
                    };
                    /** @description The number of orders that became Failed in the window, by reason code. */
                    failures: {
                        [key: string]: number;
                    };
                    /** @description The minutes with any activity, oldest first. */
                    per_minute: {
                        /**
                         * Format: date-time
                         * @description The start of the minute.
                         */
                        minute: string;
                        /** @description Orders created in this minute. */
                        created: number;
                        /** @description Orders that became Completed in this minute. */
                        completed: number;
                        /** @description Orders that became Failed in this minute. */
                        failed: number;
                        /** @description Attempts in this minute after which a retry was scheduled. */
                        retried: number;
                        /** @description Orders that became Cancelled in this minute. */
                        cancelled: number;
                        /** @description Processing times of the orders that became Completed in this minute; null if there were none. */
                        processing_seconds: {
                            /** @description The average in seconds. */
                            average: number | null;
                            /** @description 95% of the orders took at most this many seconds. */
                            p95: number | null;
                        };
                    }[];
                };
            };
        };
        /** @description The service is ready. */
        Healthy: {
            /**
             * @description The result of all checks.
             * @constant
             */
            status: "ok";
            /**
             * @description The service accepts orders.
             * @constant
             */
            ready: true;
            /**
             * @description The service replies.
             * @constant
             */
            live: true;
            /** @description The result of each check. */
            checks: {
                /**
                 * @description Whether the database replies and accepts writes.
                 * @enum {string}
                 */
                database: "ok" | "failing" | "read-only";
                /**
                 * @description Whether the order queue replies.
                 * @enum {string}
                 */
                queue: "ok" | "failing";
            };
            /**
             * @description Whether processing is paused; unknown while the database does not reply.
             * @enum {string}
             */
            processing: "running" | "paused" | "unknown";
        };
        /** @description The service is not ready. */
        Unhealthy: {
            /**
             * @description The HTTP status code of this response.
             * @constant
             */
            status_code: 503;
            /**
             * @description What went wrong, as a stable code for programs.
             * @constant
             */
            code: "unavailable";
            /** @description Lists the failing checks. */
            message: string;
            /**
             * @description The result of all checks.
             * @constant
             */
            status: "failing";
            /**
             * @description The service may not accept orders.
             * @constant
             */
            ready: false;
            /**
             * @description The service replies.
             * @constant
             */
            live: true;
            /** @description The result of each check. */
            checks: {
                /**
                 * @description Whether the database replies and accepts writes.
                 * @enum {string}
                 */
                database: "ok" | "failing" | "read-only";
                /**
                 * @description Whether the order queue replies.
                 * @enum {string}
                 */
                queue: "ok" | "failing";
            };
            /**
             * @description Whether processing is paused; unknown while the database does not reply.
             * @enum {string}
             */
            processing: "running" | "paused" | "unknown";
        };
        /**
         * @description What went wrong, as a stable code for programs. docs/errors.md lists every code and what to do.
         * @example validation_failed
         * @enum {string}
         */
        ErrorCode: "validation_failed" | "order_exists" | "unauthenticated" | "forbidden" | "order_not_found" | "file_not_found" | "callback_not_found" | "wrong_status" | "owner_required" | "redrive_limit_reached" | "signal_exists" | "signal_too_late" | "too_many_signals" | "order_changed" | "body_too_large" | "idempotency_key_reused" | "if_match_required" | "too_many_of_owner_waiting" | "internal_error" | "unavailable" | "too_many_waiting";
        /** @description An invalid field or parameter of the request. */
        FieldError: {
            /**
             * @description The invalid field (such as item_ids.3) or parameter; empty for the whole body.
             * @example item_ids.3
             */
            path: string;
            /** @description What the field accepts. */
            message: string;
        };
        /** @description An error response. */
        Failure: {
            /**
             * @description The HTTP status code of this response.
             * @example 400
             */
            status_code: number;
            code: components["schemas"]["ErrorCode"];
            /** @description What went wrong, for people. The wording may change. */
            message: string;
            /** @description What is invalid in the request. Present only when the request is invalid. */
            errors?: components["schemas"]["FieldError"][];
            /** @description Names this request in the logs of the service. Include it in a report. */
            request_id?: string;
        };
        /** @description An error response that says which credential is required. */
        AuthFailure: {
            /**
             * @description The HTTP status code of this response.
             * @example 400
             */
            status_code: number;
            code: components["schemas"]["ErrorCode"];
            /** @description What went wrong, for people. The wording may change. */
            message: string;
            /** @description What is invalid in the request. Present only when the request is invalid. */
            errors?: components["schemas"]["FieldError"][];
            /** @description Names this request in the logs of the service. Include it in a report. */
            request_id?: string;
            /**
             * @description The value of the WWW-Authenticate header, which API Gateway may rename.
             * @example Bearer error="insufficient_scope", scope="orders:read"
             */
            challenge: string;
        };
        /** @description An error response of API Gateway itself. It has no code. */
        GatewayFailure: {
            /** @description What went wrong, for people. */
            message: string;
        };
    };
    responses: {
        /** @description The credential is missing or invalid. */
        Unauthenticated: {
            headers: {
                /** @description What the credential lacks (RFC 6750, section 3). API Gateway may rename this header to x-amzn-remapped-www-authenticate; `challenge` in the body has the same value. */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["AuthFailure"];
            };
        };
        /** @description The credential does not allow this operation. */
        Forbidden: {
            headers: {
                /** @description What the credential lacks (RFC 6750, section 3). API Gateway may rename this header to x-amzn-remapped-www-authenticate; `challenge` in the body has the same value. */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["AuthFailure"];
            };
        };
        /** @description The body is larger than 256 KiB. */
        BodyTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The rate limit of this stage is exceeded or, for a new order, too many orders of its owner are waiting. Retry later. */
        TooManyRequests: {
            headers: {
                /** @description Seconds to wait before retrying. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] | components["schemas"]["GatewayFailure"];
            };
        };
        /** @description Internal error. Details are in the log. */
        InternalError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The service is unavailable. It is safe to retry the request. */
        Unavailable: {
            headers: {
                /** @description Seconds to wait before retrying. */
                "Retry-After": number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The request is invalid. `errors` lists each invalid field and what it accepts. */
        InvalidRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The order. */
        OrderWithSteps: {
            headers: {
                /** @description Identifies this state of the order; send it back in If-None-Match or If-Match. */
                ETag: string;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OrderWithSteps"];
            };
        };
        /** @description The order has not changed. */
        NotModified: {
            headers: {
                /** @description Identifies this state of the order; send it back in If-None-Match or If-Match. */
                ETag: string;
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The order does not exist. */
        OrderNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Conflict: several owners have an order with this id, and the request does not name one. */
        OwnerRequired: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The order with its new values and its new ETag. */
        AmendedOrder: {
            headers: {
                /** @description Identifies this state of the order; send it back in If-None-Match or If-Match. */
                ETag: string;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OrderWithSteps"];
            };
        };
        /** @description The order is not Pending, it is being cancelled or undone, or a recorded step has used its values, or several owners have an order with this id, and the request does not name one. */
        NotAmendable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The order has changed since it had the ETag in If-Match. */
        OrderChanged: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The request has no If-Match header. */
        IfMatchRequired: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The history. */
        OrderHistory: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["OrderHistory"];
            };
        };
        /** @description The order, which is now Cancelled. */
        CancelledOrder: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Order"];
            };
        };
        /** @description The order, which is not Cancelled yet: a worker has it, or its steps are undone first. */
        CancellingOrder: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Order"];
            };
        };
        /** @description The order is finished, or several owners have an order with this id, and the request does not name one. */
        NotCancellable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The order, which is Pending again. */
        RedrivenOrder: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Order"];
            };
        };
        /** @description The order is not Failed, or has reached the redrive limit, or several owners have an order with this id, and the request does not name one. */
        NotRedrivable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description An earlier request stored the same signal. */
        SignalRepeated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["SignalResult"];
            };
        };
        /** @description The signal is stored, and the order will continue. */
        SignalStored: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["SignalResult"];
            };
        };
        /** @description The order does not take the signal, or several owners have an order with this id, and the request does not name one. */
        SignalRefused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The callback URL is not one of this service, or its order no longer exists. */
        CallbackNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Whether processing is paused. */
        ProcessingState: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Processing"];
            };
        };
    };
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
                /** @description Only this owner's orders. Callers without `orders:admin` see only their own in any case. */
                owner?: string;
                /** @description Only orders in this state. */
                status?: "Pending" | "Processing" | "Waiting" | "Completed" | "Failed" | "Cancelled";
                /** @description Only orders whose id starts with this. A page looks through 1,000 orders, so it can be empty and still have a next_cursor. */
                order_id_prefix?: string;
                /** @description Only orders that have this reason code, such as the `reason_code` of a failure. */
                reason_code?: string;
                /** @description Only this user's orders. */
                user_id?: number;
                /** @description Only orders with this `customer_ref`. */
                customer_ref?: string;
                /** @description Only orders whose metadata has this value: `metadata[channel]=web`. A page looks through 1,000 orders, so it can be empty and still have a next_cursor. */
                metadata?: {
                    [key: string]: string;
                };
                /** @description Only orders that changed at this time or later. A page looks through 1,000 orders, so it can be empty and still have a next_cursor. */
                updated_from?: string;
                /** @description Created at this time or later. */
                created_from?: string;
                /** @description Created before this time. Must not be before created_from. */
                created_to?: string;
                /** @description The most orders in one response; 20 by default. */
                limit?: number;
                /** @description The next_cursor of an earlier response; the list continues after that page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of orders. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderPage"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique value that you choose for this order. A repeated request with the same key and order gets the first response again. */
                "Idempotency-Key"?: string;
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
            /** @description The order is stored and will be processed. */
            202: {
                headers: {
                    /** @description This is the response to an earlier request with this Idempotency-Key. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description An order of yours with this id exists, or existed and was deleted, or the request is invalid and `errors` lists the invalid fields. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["BodyTooLarge"];
            /** @description This Idempotency-Key was already used for another order. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createOrders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrders"];
            };
        };
        responses: {
            /** @description A result for each order. If Retry-After is set, some orders were not stored and can be sent again. */
            207: {
                headers: {
                    /** @description Seconds to wait before retrying. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchResult"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOrder: {
        parameters: {
            query?: {
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
                /** @description Seconds to wait: with `If-None-Match`, until the order has another ETag, and otherwise until it is Completed, Failed or Cancelled. After that time, the response is the order as it is, or 304. The service can respond earlier, because it limits how long and how many requests wait: then pause for a second. */
                wait?: number;
            };
            header?: {
                /** @description The ETag of an earlier response. The response is 304 if the order has not changed since (with `wait`, after that time). */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The order id that the client chose. */
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["OrderWithSteps"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["OwnerRequired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    amendOrder: {
        parameters: {
            query?: {
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: {
                /** @description Required: the ETag of the order that you want to change, or `*` for any. Without it, the response is 428. A weak ETag (`W/`), which a proxy that compresses responses makes of it, never matches: send it without `W/`. */
                "If-Match"?: string;
            };
            path: {
                /** @description The order id that the client chose. */
                order_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Amendment"];
            };
        };
        responses: {
            200: components["responses"]["AmendedOrder"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["NotAmendable"];
            412: components["responses"]["OrderChanged"];
            413: components["responses"]["BodyTooLarge"];
            428: components["responses"]["IfMatchRequired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOrderHistory: {
        parameters: {
            query?: {
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: never;
            path: {
                /** @description The order id that the client chose. */
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["OrderHistory"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["OwnerRequired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelOrder: {
        parameters: {
            query?: {
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: never;
            path: {
                /** @description The order id that the client chose. */
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            200: components["responses"]["CancelledOrder"];
            202: components["responses"]["CancellingOrder"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["NotCancellable"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    redriveOrder: {
        parameters: {
            query?: {
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: never;
            path: {
                /** @description The order id that the client chose. */
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            200: components["responses"]["RedrivenOrder"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["NotRedrivable"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    signalOrder: {
        parameters: {
            query?: {
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: never;
            path: {
                /** @description The order id that the client chose. */
                order_id: string;
                /** @description The name for which the processor of the order waits. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SignalPayload"];
            };
        };
        responses: {
            200: components["responses"]["SignalRepeated"];
            202: components["responses"]["SignalStored"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["SignalRefused"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOrderByQuery: {
        parameters: {
            query: {
                /** @description The order id that the client chose. */
                order_id: string;
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
                /** @description Seconds to wait: with `If-None-Match`, until the order has another ETag, and otherwise until it is Completed, Failed or Cancelled. After that time, the response is the order as it is, or 304. The service can respond earlier, because it limits how long and how many requests wait: then pause for a second. */
                wait?: number;
            };
            header?: {
                /** @description The ETag of an earlier response. The response is 304 if the order has not changed since (with `wait`, after that time). */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["OrderWithSteps"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["OwnerRequired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    amendOrderByQuery: {
        parameters: {
            query: {
                /** @description The order id that the client chose. */
                order_id: string;
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: {
                /** @description Required: the ETag of the order that you want to change, or `*` for any. Without it, the response is 428. A weak ETag (`W/`), which a proxy that compresses responses makes of it, never matches: send it without `W/`. */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Amendment"];
            };
        };
        responses: {
            200: components["responses"]["AmendedOrder"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["NotAmendable"];
            412: components["responses"]["OrderChanged"];
            413: components["responses"]["BodyTooLarge"];
            428: components["responses"]["IfMatchRequired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOrderHistoryByQuery: {
        parameters: {
            query: {
                /** @description The order id that the client chose. */
                order_id: string;
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["OrderHistory"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["OwnerRequired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelOrderByQuery: {
        parameters: {
            query: {
                /** @description The order id that the client chose. */
                order_id: string;
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            200: components["responses"]["CancelledOrder"];
            202: components["responses"]["CancellingOrder"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["NotCancellable"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    redriveOrderByQuery: {
        parameters: {
            query: {
                /** @description The order id that the client chose. */
                order_id: string;
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            200: components["responses"]["RedrivenOrder"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["NotRedrivable"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    signalOrderByQuery: {
        parameters: {
            query: {
                /** @description The order id that the client chose. */
                order_id: string;
                /** @description The name for which the processor of the order waits. */
                name: string;
                /** @description The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see. */
                owner?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SignalPayload"];
            };
        };
        responses: {
            200: components["responses"]["SignalRepeated"];
            202: components["responses"]["SignalStored"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrderNotFound"];
            409: components["responses"]["SignalRefused"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    receiveCallback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The end of the callback URL, as the processor made it. */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SignalPayload"];
            };
        };
        responses: {
            200: components["responses"]["SignalRepeated"];
            202: components["responses"]["SignalStored"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["CallbackNotFound"];
            409: components["responses"]["SignalRefused"];
            413: components["responses"]["BodyTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    redriveOrders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Redrive"];
            };
        };
        responses: {
            /** @description The orders that were redriven or, in a dry run, would be. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Redriven"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["OwnerRequired"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelOrders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Cancel"];
            };
        };
        responses: {
            /** @description The orders that were cancelled or, in a dry run, would be. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cancelled"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["OwnerRequired"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listFailures: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The causes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailureGroups"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listDeadLetters: {
        parameters: {
            query?: {
                /** @description The most messages to receive; 10 by default, 0 to count them only. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterList"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    resendDeadLetters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeadLetterSelection"];
            };
        };
        responses: {
            /** @description The messages that were resent. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettledDeadLetters"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteDeadLetters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeadLetterSelection"];
            };
        };
        responses: {
            /** @description The messages that were deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettledDeadLetters"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Only entries with this action. */
                action?: "processing.paused" | "processing.resumed" | "orders.redriven" | "orders.cancelled" | "orders.erased" | "dead_letters.resent" | "dead_letters.deleted" | "key.created" | "key.revoked";
                /** @description Only entries about this owner's orders and keys. */
                owner?: string;
                /** @description The most entries in one response; 50 by default. */
                limit?: number;
                /** @description The next_before of an earlier response; the list continues after that page. */
                before?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getProcessing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["ProcessingState"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    pauseProcessing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            200: components["responses"]["ProcessingState"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    resumeProcessing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            200: components["responses"]["ProcessingState"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMetrics: {
        parameters: {
            query?: {
                /** @description How many minutes, up to now, `window` covers; 60 by default. */
                window?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metrics"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service is ready. It is also ready while processing is paused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Healthy"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            500: components["responses"]["InternalError"];
            /** @description The service is not ready: a check fails. */
            503: {
                headers: {
                    /** @description Seconds to wait before retrying. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unhealthy"];
                };
            };
        };
    };
}
