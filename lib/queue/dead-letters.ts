import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

export interface DeadLetter {
  readonly messageId: string;
  readonly body: string;
  /** When its first copy was sent. */
  readonly sentAt: Date;
  /** Needed to delete or release this delivery of it. */
  readonly receiptHandle: string;
}

/** ReceiveMessage gives at most ten (Amazon SQS API reference). */
const RECEIVE_LIMIT = 10;

/** Seconds that a message read here is hidden from other readers: long enough to look through a full read of them. */
const HIDDEN_SECONDS = 120;

/** Messages that nothing consumes: they are kept for people, and this is how people get at them. */
export class DeadLetters {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(queueUrl: string) {
    this.#queueUrl = queueUrl;
    // A client with an explicit endpoint must not follow the host of the queue URL: LocalStack's differs.
    this.#client = new SQSClient({ useQueueUrlAsEndpoint: !process.env.AWS_ENDPOINT_URL_SQS });
  }

  /** Up to `limit` of them, each hidden from other readers until it is released. */
  async read(limit: number): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    while (letters.length < limit) {
      const { Messages = [] } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#queueUrl,
          MaxNumberOfMessages: Math.min(RECEIVE_LIMIT, limit - letters.length),
          VisibilityTimeout: HIDDEN_SECONDS,
          // A long poll asks all servers; a short one may miss messages that are there.
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      if (Messages.length === 0) break;
      for (const message of Messages)
        letters.push({
          messageId: message.MessageId ?? '',
          body: message.Body ?? '',
          sentAt: new Date(Number(message.Attributes?.SentTimestamp ?? 0)),
          receiptHandle: message.ReceiptHandle ?? '',
        });
    }
    return letters;
  }

  async delete(letter: DeadLetter): Promise<void> {
    await this.#client.send(
      new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle: letter.receiptHandle }),
    );
  }

  /** Lets others see it again at once. */
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
}
