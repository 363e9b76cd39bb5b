// Made by openapi-typescript of docs/openapi.json (sha256 f8714dd8fded7f67da4cd86ad9f69706f786cb77237919b223a842b8f99cf479): run "npm run openapi".

export interface paths {
    "/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List orders, the newest first
         * @description A page costs the same however far it is from the first.
         */
        get: operations["listOrders"];
        put?: never;
        /**
         * Create an order
         * @description An order that was answered with 202 is stored, and will be Completed, Failed or Cancelled, whatever crashes.
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
         * @description Each order is answered as `POST /orders` would have done, whatever becomes of the others. There is no Idempotency-Key: repeat the batch, order ids are unique. For an id that exists already, GET the order: 404 means that another caller has that id.
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
        /** Get an order */
        get: operations["getOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
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
         * @description Each move of the order from state to state, with its reason and who made it.
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
        /** Cancel an order while it is Pending */
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
        /** Have a Failed order processed afresh */
        post: operations["redriveOrder"];
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
         * Get an order, with its id in the query
         * @description For ids that a path may not carry unchanged, such as those with `/`, `?`, `#` or `%`, and `.` and `..`.
         */
        get: operations["getOrderByQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
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
         * Get the history of an order, with its id in the query
         * @description For ids that a path may not carry unchanged, such as those with `/`, `?`, `#` or `%`, and `.` and `..`.
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
         * Cancel an order while it is Pending, with its id in the query
         * @description For ids that a path may not carry unchanged, such as those with `/`, `?`, `#` or `%`, and `.` and `..`.
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
         * Have a Failed order processed afresh, with its id in the query
         * @description For ids that a path may not carry unchanged, such as those with `/`, `?`, `#` or `%`, and `.` and `..`.
         */
        post: operations["redriveOrderByQuery"];
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
         * Have Failed orders processed afresh
         * @description Those with these ids, those with this reason code, those with both, or, with `all`, every one.
         */
        post: operations["redriveOrders"];
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
        /** Count the Failed orders by cause */
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
         * Look at messages that no order explains
         * @description Up to ten of them. They stay where they are.
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
    "/processing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ask whether processing is paused */
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
         * @description Orders are still taken. Those that are being processed are finished; no other is begun.
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
        /** Resume processing */
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
         * Count the orders
         * @description Costs the same however many orders there are.
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
        /** Ask whether the service can work */
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
        NewOrder: {
            /**
             * @description Your own id for it, unique for ever: 1 to 255 characters, none of them control characters, not `.` or `..`.
             * @example ORD-1
             */
            order_id: string;
            user_id: number | string;
            item_ids: (number | string)[];
            /**
             * @description Money, kept exactly as you write it (9.50 stays 9.50): at least 0 and less than 1e12. As text when a float would not hold it.
             * @example 19.99
             */
            total_amount: number | string;
            /**
             * @deprecated
             * @description Ignored: every order starts Pending.
             * @enum {string}
             */
            status?: "Pending" | "Processing" | "Completed";
        };
        /**
         * @description The state of an order. Completed and Cancelled are final.
         * @enum {string}
         */
        Status: "Pending" | "Processing" | "Completed" | "Failed" | "Cancelled";
        Order: {
            /** @example ORD-1 */
            order_id: string;
            status: components["schemas"]["Status"];
            /** @description The states that it can go to from here. */
            next_states: components["schemas"]["Status"][];
            user_id: number;
            item_ids: number[];
            /**
             * @description Exact decimal text as it was sent (9.50), because a JSON number is a float to most clients. Only orders imported from the old service may have a negative amount, NaN or Infinity.
             * @example 19.99
             */
            total_amount: string;
            /** @description Seconds; null until Completed. */
            processing_time: number | null;
            /** Format: date-time */
            created_at: string;
            /** @description When it became Completed, Failed or Cancelled. */
            finished_at: string | null;
            /** @description How often it was run since it was created or redriven, the run under way included. */
            attempts: number;
            /** @description Of its attempts, those that ended because their worker died. */
            crashes: number;
            /** @description Times that it was redriven after it had Failed. */
            redrives: number;
            /** @description When the next try may begin, while it waits for one; null otherwise. */
            next_attempt_at: string | null;
            /** @description Why it is in this state, as a word that stays the same. */
            reason_code: string | null;
            /** @description Why it is in this state, in words. */
            reason: string | null;
        };
        OrderPage: {
            orders: components["schemas"]["Order"][];
            /** @description Asks for the next page; null at the end. */
            next_cursor: string | null;
        };
        OrderHistory: {
            order_id: string;
            /** @description Oldest first. */
            history: {
                /** Format: date-time */
                at: string;
                /** @description Null for its creation. */
                from: components["schemas"]["Status"] | null;
                to: components["schemas"]["Status"];
                /** @description The attempt that it belongs to, counted as `attempts` of the order are; 0 before the first. */
                attempt: number;
                reason_code: string | null;
                reason: string | null;
                /** @description Who did it: an invocation of the worker, a caller, or a database user. */
                actor: string;
            }[];
        };
        Accepted: {
            /** @constant */
            status_code: 202;
            /** @example Order successfully processed. Please check status for order id: ORD-1 */
            message: string;
        };
        BatchResult: {
            /** @constant */
            status_code: 207;
            message: string;
            data: {
                accepted: number;
                refused: number;
                /** @description One an order, as they were sent. */
                results: {
                    /** @description As it was sent; null when it was no text. */
                    order_id: string | null;
                    /** @description What POST /orders would have answered: 202, 400 or 503. */
                    status_code: number;
                    message: string;
                    /** @description What is wrong with the request, when that is the reason. */
                    errors?: {
                        /**
                         * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                         * @example item_ids.3
                         */
                        path: string;
                        /** @description What is allowed there. */
                        message: string;
                    }[];
                }[];
            };
        };
        Redriven: {
            /** @constant */
            status_code: 200;
            message: string;
            data: {
                /** @description Redriven now, or that would be; sorted. */
                order_ids: string[];
                /** @description How many more were left alone, being redriven as often as they may be. */
                capped: number;
            };
        };
        FailureGroups: {
            /** @description The most frequent first. */
            failures: {
                /** @description Null for orders that were failed by hand. */
                reason_code: string | null;
                orders: number;
                /** @description When the first of them failed. */
                oldest: string | null;
                /** @description When the last of them failed. */
                newest: string | null;
            }[];
        };
        DeadLetters: {
            dead_letters: {
                message_id: string;
                body: string;
                /** Format: date-time */
                sent_at: string;
                receive_count: number;
                /** @description Null when the body names no order. */
                order_id: string | null;
            }[];
            /** @description How many there are; SQS does not know it exactly. */
            approximate_count: number;
        };
        Processing: {
            paused: boolean;
            /** @description When it was last paused or resumed; null when it never was. */
            since: string | null;
            /** @description Who paused or resumed; null without `orders:admin`. */
            actor: string | null;
            /** @description Why; null without `orders:admin`. */
            reason: string | null;
        };
        Metrics: {
            /** @constant */
            status_code: 200;
            /** @constant */
            message: "Succesfully fetched metrics Ddta";
            data: {
                /** @description Pending, Processing and Completed orders together; the name is that of the service before this one. */
                total_orders_processed: number;
                /** @description The average processing time of Completed orders, in seconds; 0 when there are none. */
                total_processing_time: number;
                status_counts: {
                    Pending: number;
                    Processing: number;
                    Completed: number;
                    Failed: number;
                    Cancelled: number;
                };
                /** @description Age of the oldest Pending order; 0 when there is none. */
                oldest_pending_seconds: number;
                window: {
                    minutes: number;
                    /** @description Processing times of the orders Completed in the window; null when there were none. */
                    processing_seconds: {
                        average: number | null;
                        p50: number | null;
                        p95: number | null;
                        /** @description Relative: by how much p50 and p95 may be off, being from a histogram. */
                        quantile_error: number;
                    };
                    /** @description Orders that became Failed in the window, by reason code. */
                    failures: {
                        [key: string]: number;
                    };
                    /** @description The minutes in which anything happened, oldest first. */
                    per_minute: {
                        /** Format: date-time */
                        minute: string;
                        created: number;
                        completed: number;
                        failed: number;
                        retried: number;
                        cancelled: number;
                        processing_seconds: {
                            average: number | null;
                            p95: number | null;
                        };
                    }[];
                };
            };
        };
        Healthy: {
            /** @constant */
            status: "ok";
            /** @constant */
            ready: true;
            /** @constant */
            live: true;
            checks: {
                /** @enum {string} */
                database: "ok" | "failing" | "read-only";
                /** @enum {string} */
                queue: "ok" | "failing";
            };
            /** @enum {string} */
            processing: "running" | "paused" | "unknown";
        };
        Unhealthy: {
            /** @constant */
            status_code: 503;
            /** @description Names the failing checks. */
            message: string;
            /** @constant */
            status: "failing";
            /** @constant */
            ready: false;
            /** @constant */
            live: true;
            checks: {
                /** @enum {string} */
                database: "ok" | "failing" | "read-only";
                /** @enum {string} */
                queue: "ok" | "failing";
            };
            /** @enum {string} */
            processing: "running" | "paused" | "unknown";
        };
        Failure: {
            /** @description The status of the answer, again. */
            status_code: number;
            message: string;
            /** @description What is wrong with the request, when that is the reason. */
            errors?: {
                /**
                 * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                 * @example item_ids.3
                 */
                path: string;
                /** @description What is allowed there. */
                message: string;
            }[];
        };
        GatewayFailure: {
            message: string;
        };
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
                status?: "Pending" | "Processing" | "Completed" | "Failed" | "Cancelled";
                user_id?: number;
                /** @description Created at this time or later. */
                created_from?: string;
                /** @description Created before this time, which is not before created_from. */
                created_to?: string;
                /** @description Orders in one answer at most; by default 20. */
                limit?: number;
                /** @description The next_cursor of an earlier answer: goes on where that ended. */
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
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    createOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description A value of your own for this order. A repeated request with it and the same order gets the first answer again. */
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
            /** @description Stored, and will be processed. */
            202: {
                headers: {
                    /** @description This is the answer to an earlier request with this Idempotency-Key. */
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description An order has this id already, or the request is not valid; then `errors` says where. GET the order: 404 means that another caller has that id. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The body is larger than 256 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description This Idempotency-Key was used for another order. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
                "application/json": {
                    orders: components["schemas"]["NewOrder"][];
                };
            };
        };
        responses: {
            /** @description An answer for each order. With Retry-After, some may be sent again. */
            207: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchResult"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The body is larger than 256 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of an earlier answer: while the order is as it was then, the answer is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The client's own id of the order. */
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order. */
            200: {
                headers: {
                    /** @description Names this state of the order, for If-None-Match. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The order is as it was. */
            304: {
                headers: {
                    /** @description Names this state of the order, for If-None-Match. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description There is no such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getOrderHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The client's own id of the order. */
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its moves. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderHistory"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description There is no such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    cancelOrder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The client's own id of the order. */
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order, now Cancelled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description There is no such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The order is not Pending. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than 256 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    redriveOrder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The client's own id of the order. */
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order, Pending again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description There is no such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The order is not Failed, or was redriven as often as it may be. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than 256 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getOrderByQuery: {
        parameters: {
            query: {
                /** @description The client's own id of the order. */
                order_id: string;
            };
            header?: {
                /** @description The ETag of an earlier answer: while the order is as it was then, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order. */
            200: {
                headers: {
                    /** @description Names this state of the order, for If-None-Match. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The order is as it was. */
            304: {
                headers: {
                    /** @description Names this state of the order, for If-None-Match. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description There is no such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getOrderHistoryByQuery: {
        parameters: {
            query: {
                /** @description The client's own id of the order. */
                order_id: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its moves. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderHistory"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description There is no such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    cancelOrderByQuery: {
        parameters: {
            query: {
                /** @description The client's own id of the order. */
                order_id: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order, now Cancelled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description There is no such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The order is not Pending. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than 256 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    redriveOrderByQuery: {
        parameters: {
            query: {
                /** @description The client's own id of the order. */
                order_id: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The order, Pending again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description There is no such order. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The order is not Failed, or was redriven as often as it may be. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is larger than 256 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
                "application/json": {
                    /**
                     * @description Every Failed order.
                     * @constant
                     */
                    all?: true;
                    order_ids?: string[];
                    /** @description Only orders that failed with this code; null: those that failed without one. */
                    reason_code?: string | null;
                    /** @description Goes on after this order id, the last of an earlier answer: an order that fails again meanwhile is not taken twice. */
                    after?: string;
                    /** @default 100 */
                    limit?: number;
                    /** @default false */
                    dry_run?: boolean;
                    /** @default redriven over HTTP */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Which orders were redriven, or would be. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Redriven"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The body is larger than 256 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    listDeadLetters: {
        parameters: {
            query?: never;
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
                    "application/json": components["schemas"]["DeadLetters"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            /** @description How it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Processing"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description How it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Processing"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The body is larger than 256 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description How it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Processing"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The body is larger than 256 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: {
                /** @description Minutes up to now that `window` covers; by default 60. */
                window?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metrics"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The credential is missing, or not valid. */
            401: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description The credential does not allow this. */
            403: {
                headers: {
                    /** @description What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The status of the answer, again. */
                        status_code: number;
                        message: string;
                        /** @description What is wrong with the request, when that is the reason. */
                        errors?: {
                            /**
                             * @description Where: a field such as item_ids.3, a parameter, or empty for the whole body.
                             * @example item_ids.3
                             */
                            path: string;
                            /** @description What is allowed there. */
                            message: string;
                        }[];
                        /**
                         * @description The value of WWW-Authenticate, which API Gateway may rename.
                         * @example Bearer error="insufficient_scope", scope="orders:read"
                         */
                        challenge: string;
                    };
                };
            };
            /** @description More requests than this stage takes. Repeat it later. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayFailure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The service is not available. Repeating the request is safe. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            /** @description It can. Being paused is no failure. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Healthy"];
                };
            };
            /** @description The request is not valid; `errors` says where, and what is allowed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A defect of ours; its details are in the log. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It cannot: a check fails. */
            503: {
                headers: {
                    /** @description Seconds to wait before asking again. */
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
