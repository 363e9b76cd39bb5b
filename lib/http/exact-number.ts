/** A number of a JSON body with the digits of its source, because a float cannot represent every amount. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
