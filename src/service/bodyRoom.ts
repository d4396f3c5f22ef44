import { LogError } from '../model/errors.ts';

const defaultMost = 256 * 1_048_576;

/** The memory that all bodies have together which are being read, or dealt with, at a time. */
export class BodyRoom {
  readonly #most: number;
  #taken = 0;

  /** `most` is in bytes; 256 MiB when not given. */
  constructor(most = defaultMost) {
    this.#most = most;
  }

  /** Throws throttled when there is no room for so many bytes more: those who come too late wait, not those who are here. */
  take(bytes: number): void {
    if (this.#taken + bytes > this.#most)
      throw new LogError(
        'throttled',
        'The service is reading too many large bodies at a time. Send it again in a while.',
      );
    this.#taken += bytes;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}

/** What one body takes of the room. */
export class BodyShare {
  readonly #room: BodyRoom;
  #held = 0;

  constructor(room: BodyRoom) {
    this.#room = room;
  }

  /** It now holds so many bytes. Throws throttled. */
  hold(bytes: number): void {
    if (bytes > this.#held) this.#room.take(bytes - this.#held);
    else this.#room.give(this.#held - bytes);
    this.#held = bytes;
  }

  /** Nothing of it is needed any longer. */
  release(): void {
    this.hold(0);
  }
}
