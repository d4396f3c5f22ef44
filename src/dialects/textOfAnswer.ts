import { abortReason } from '../base/abort.ts';
import { LogError } from '../model/errors.ts';
import { unreachable } from './httpErrors.ts';

/** How large an answer may be, in bytes: a page is about 1 MiB, but one line may be longer. */
const largestAnswer = 256 * 1_048_576;

/** Reads an answer to its end. Throws unavailable when that breaks off or is too long, and the signal's reason. */
export async function textOfAnswer(answer: Response, signal: AbortSignal): Promise<string> {
  try {
    const announced = Number(answer.headers.get('content-length') ?? Number.NaN);
    // A compressed answer says how long it is on its way only.
    if (announced <= largestAnswer && !answer.headers.has('content-encoding')) return await answer.text();
    return await countedText(answer);
  } catch (error) {
    throw signal.aborted ? abortReason(signal) : unreachable(answer.url, error);
  }
}

async function countedText(answer: Response): Promise<string> {
  const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) return text + decoder.decode();
    size += part.value.length;
    if (size > largestAnswer) {
      await reader?.cancel();
      throw new LogError(
        'unavailable',
        `${answer.url} answers with more than ${largestAnswer} bytes. It was not read.`,
      );
    }
    text += decoder.decode(part.value, { stream: true });
  }
}
