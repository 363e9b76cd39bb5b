import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { followsQueueUrl } from './endpoint.ts';

export interface DeadLetter {
  readonly messageId: string;
  readonly body: string;
  /** When its first copy was sent. */
  readonly sentAt: Date;
  /** How many times it was received in total, including every time it was read here. */
  readonly receiveCount: number;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** Required to delete or release this delivery. */
  readonly receiptHandle: string;
}

/** ReceiveMessage returns at most ten (Amazon SQS API reference). */
const RECEIVE_LIMIT = 10;

/** Seconds that a message read here is hidden from other readers: long enough to go through all that were read. */
const HIDDEN_SECONDS = 120;

/** The dead-letter queue. Nothing consumes its messages; they are kept for people, who read them through this class. */
export class DeadLetters {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(queueUrl: string) {
    this.#queueUrl = queueUrl;
    this.#client = new SQSClient({ useQueueUrlAsEndpoint: followsQueueUrl() });
  }

  /** Up to `limit` messages, each hidden from other readers until it is released. */
  async read(limit: number): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    while (letters.length < limit) {
      const received = await this.receive(Math.min(RECEIVE_LIMIT, limit - letters.length));
      if (received.length === 0) break;
      letters.push(...received);
    }
    return letters;
  }

  /** Up to `limit` messages, ten at most, which stay visible to other readers, and the approximate total. */
  async look(limit = RECEIVE_LIMIT): Promise<{ letters: DeadLetter[]; approximateCount: number }> {
    const letters = limit === 0 ? [] : await this.receive(limit, 0);
    const { Attributes } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = Attributes ?? {};
    return { letters, approximateCount: Number(visible ?? 0) + Number(hidden ?? 0) };
  }

  /** Sends a copy of it to another queue. */
  async sendTo(queueUrl: string, { body, attributes }: DeadLetter): Promise<void> {
    await this.#client.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, MessageAttributes: attributes }),
    );
  }

  async delete(letter: DeadLetter): Promise<void> {
    await this.#client.send(
      new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle: letter.receiptHandle }),
    );
  }

  /** Makes it visible to other readers immediately. */
  async release(letter: DeadLetter): Promise<void> {
    await this.#client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.#queueUrl,
        ReceiptHandle: letter.receiptHandle,
        VisibilityTimeout: 0,
      }),
    );
  }

  close(): void {
    this.#client.destroy();
  }

  /** Up to `limit` messages, ten at most, each hidden from other readers for so long or until it is released. */
  async receive(limit = RECEIVE_LIMIT, hiddenSeconds = HIDDEN_SECONDS): Promise<DeadLetter[]> {
    const { Messages = [] } = await this.#client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#queueUrl,
        MaxNumberOfMessages: limit,
        VisibilityTimeout: hiddenSeconds,
        // A long poll queries all servers; a short one may miss messages.
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      }),
    );
    return Messages.map(toDeadLetter);
  }
}

function toDeadLetter({ MessageId, Body, Attributes, MessageAttributes, ReceiptHandle }: Message): DeadLetter {
  return {
    messageId: MessageId ?? '',
    body: Body ?? '',
    sentAt: new Date(Number(Attributes?.SentTimestamp ?? 0)),
    receiveCount: Number(Attributes?.ApproximateReceiveCount ?? 0),
    attributes: MessageAttributes ?? {},
    receiptHandle: ReceiptHandle ?? '',
  };
}
