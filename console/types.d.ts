// Global types of the console, so that its files need not import them. None of this is served. What the API answers is
// taken from its OpenAPI document, by way of the client.

type Operations = import('../client/api.ts').operations;
type JsonOf<Answer> = Answer extends { content: { 'application/json': infer Json } } ? Json : never;
type AnswerOf<Name extends keyof Operations> = JsonOf<
  Operations[Name]['responses'][200 & keyof Operations[Name]['responses']]
>;

/** What the API answers to a GET. */
type AnswerTo<Path extends string> = Path extends `metrics?${string}`
  ? AnswerOf<'getMetrics'>
  : Path extends 'health'
    ? AnswerOf<'getHealth'>
    : Path extends 'processing'
      ? AnswerOf<'getProcessing'>
      : Path extends 'failures'
        ? AnswerOf<'listFailures'>
        : Path extends 'dead-letters'
          ? AnswerOf<'listDeadLetters'>
          : Path extends `orders?${string}`
            ? OrderPage
            : Path extends `order/history?${string}`
              ? AnswerOf<'getOrderHistory'>
              : Path extends `order?${string}`
                ? Order
                : never;

type OrderPage = AnswerOf<'listOrders'>;
type Order = AnswerOf<'getOrder'>;
type Status = Order['status'];
type HistoryEntry = AnswerOf<'getOrderHistory'>['history'][number];
type Metrics = AnswerOf<'getMetrics'>['data'];
type Minute = Metrics['window']['per_minute'][number];
type FailureGroup = AnswerOf<'listFailures'>['failures'][number];
type RedriveOutcome = AnswerOf<'redriveOrders'>['data'];
type DeadLetter = AnswerOf<'listDeadLetters'>['dead_letters'][number];

interface FieldError {
  path: string;
  message: string;
}

type Child = Node | string | number | null | undefined | false;
type Props = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

/** A page of the console. */
interface View {
  title: string;
  content: Element[];
  /** Asks the API, and shows what it says. */
  refresh(signal: AbortSignal): Promise<unknown>;
  /** Milliseconds between two refreshes; without, only when somebody asks for it. */
  everyMs?: number;
}

/** What a dialog says that asks for a reason. */
interface Words {
  title: string;
  text: string;
  submit: string;
  dismiss: string;
  danger?: boolean;
  /** Said when it is done. */
  done: string;
}

interface FieldOptions {
  /** What the API calls it, so that its complaints find their field. */
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
  /** Shows what is wrong; nothing, when it is empty. */
  complain(message: string): void;
}

interface DialogOptions {
  title: string;
  /** Complaints of the API go to their fields. */
  content: (Child | Field)[];
  /** What the button says that does it. */
  submit: string;
  /** Whether that cannot be undone. */
  danger?: boolean;
  /** What the button says that does not do it. */
  dismiss?: string;
  /** Another button. */
  extra?: HTMLButtonElement | false;
  /** Answers whether all is done, so that the dialog may close. */
  onSubmit(): Promise<boolean>;
  onClose?(): void;
}

/** One quantity by the minute. Bars are stacked on each other, in their order; lines are drawn over them. */
interface Series {
  name: string;
  kind: 'bar' | 'line';
  /** A class of style.css. */
  colour: string;
  /** One a minute; null where there is nothing to tell. */
  values: (number | null)[];
  /** Of the whole time. */
  overall: number | null;
}

interface Chart {
  element: HTMLElement;
  show(minutes: Date[], series: Series[]): void;
}

/** HTML of this tag with its classes; the props may be left out. */
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

/** The place of a value in a picture, in pixels. */
type Scale = (value: number) => number;

type Format = (value: number) => string;
