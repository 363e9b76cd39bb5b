/** A string, or an expression that CloudFormation resolves to one: `{ Ref: … }`, `{ 'Fn::GetAtt': … }`. */
export type Value = string | { readonly [intrinsic: string]: unknown };

/** The logical id that Serverless assigns to a function: CreateOrderLambdaFunction for createOrder. */
export function functionId(key: string): string {
  return `${capitalized(key)}LambdaFunction`;
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
