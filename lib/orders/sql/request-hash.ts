/**
 * The value of order_tombstones.request, by which a create request that is repeated after its order was deleted is recognized. NULL
 * without a key.
 * @param key an expression: the idempotency key @param fingerprint an expression
 */
export const requestHash = (key: string, fingerprint: string) => `hashtextextended(${key} || ' ' || ${fingerprint}, 0)`;
