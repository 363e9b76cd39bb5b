// Global types of the console, so that its files need not import them. None of this is served. The responses of the API
// have the types that the client has from the OpenAPI document.

type Operations = import('../client/api.ts').operations;
type JsonOf<Response> = Response extends { content: { 'application/json': infer Json } } ? Json : never;
type ResponseOf<Name extends keyof Operations> = JsonOf<
  Operations[Name]['responses'][200 & keyof Operations[Name]['responses']]
>;

/** The operation of each GET, by its path. */
interface Gets {
  metrics: 'getMetrics';
  health: 'getHealth';
  processing: 'getProcessing';
  failures: 'listFailures';
  'dead-letters': 'listDeadLetters';
  audit: 'listAudit';
  orders: 'listOrders';
  order: 'getOrder';
  'order/history': 'getOrderHistory';
}
type WithoutQuery<Path> = Path extends `${infer Start}?${string}` ? Start : Path;

type ResponseTo<Path> = WithoutQuery<Path> extends infer Name extends keyof Gets ? ResponseOf<Gets[Name]> : never;

type OrderPage = ResponseOf<'listOrders'>;
type Order = Omit<ResponseOf<'getOrder'>, 'steps'>;
type OrderStep = ResponseOf<'getOrder'>['steps'][number];
type Status = Order['status'];
type HistoryEntry = ResponseOf<'getOrderHistory'>['history'][number];
type Metrics = ResponseOf<'getMetrics'>['data'];
type Minute = Metrics['window']['per_minute'][number];
type FailureGroup = ResponseOf<'listFailures'>['failures'][number];
type RedriveOutcome = ResponseOf<'redriveOrders'>['data'];
/** The path of a page of a list. */
type PageOf = (cursor: string | null | undefined, limit?: number) => `orders?${string}`;
type AuditEntry = ResponseOf<'listAudit'>['audit'][number];
type SettledDeadLetters = ResponseOf<'resendDeadLetters'>;
type DeadLetter = ResponseOf<'listDeadLetters'>['dead_letters'][number];

interface FieldError {
  path: string;
  message: string;
}

type Child = Node | string | number | null | undefined | false;
type Props = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

interface View {
  title: string;
  content: Element[];
  /** Requests data from the API and shows it. */
  refresh(signal: AbortSignal): Promise<unknown>;
  /** Milliseconds between two refreshes; if undefined, the user refreshes. */
  everyMs?: number;
}

/** A dialog that asks for a reason. */
type Question = Omit<DialogOptions, 'onSubmit' | 'onClose'>;

/** Its texts. */
interface Words extends Omit<Question, 'content' | 'extra'> {
  text: string;
  /** What was done. */
  tell: (result: SettledDeadLetters & Order) => string;
}

interface FieldOptions {
  /** Its name in the API, which matches an error to its field. */
  name: string;
  label: string;
  value?: string;
  hint?: string;
  type?: string;
  inputmode?: string;
  pattern?: string;
  required?: boolean;
  maxlength?: number;
}

interface Field {
  row: HTMLElement;
  input: HTMLInputElement;
  name: string;
  /** Shows an error, or nothing if it is empty. */
  complain(message: string): void;
}

interface DialogOptions {
  title: string;
  /** Text becomes a paragraph. Errors of the API are shown at these fields. */
  content: (Child | Field)[];
  /** The label of the button that confirms. */
  submit: string;
  /** True if the action cannot be undone. */
  danger?: boolean;
  /** The label of the button that cancels. */
  dismiss?: string;
  extra?: HTMLButtonElement | false;
  /** Returns true if the dialog can close. */
  onSubmit(): Promise<boolean>;
  onClose?(): void;
}

/** One quantity per minute. Bars are stacked in order; lines are drawn over them. */
interface Series {
  name: string;
  kind: 'bar' | 'line';
  /** A class of style.css. */
  colour: string;
  /** One value per minute; null if there is none. */
  values: (number | null)[];
  /** The value for the whole period. */
  overall: number | null;
  /** The last value is complete, although the current minute is not. */
  isExact?: boolean;
}

interface Chart {
  element: HTMLElement;
  show(minutes: Date[], series: Series[]): void;
}

/** An HTML element with this tag and its classes; props are optional. */
type MakeHtml = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag | `${Tag}.${string}`,
  props?: Props | Child,
  ...children: Child[]
) => HTMLElementTagNameMap[Tag];

type MakeSvg = <Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  props: Props,
  text?: string,
) => SVGElementTagNameMap[Tag];

/** The position of a value in a picture, in pixels. */
type Scale = (value: number) => number;

type Format = (value: number) => string;

type Tell = (value: number | null | undefined) => string;
