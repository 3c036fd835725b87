/** A question to a device, and its answer among everything else that it says. */
import { IsochroneError } from '../../codegen/errors.js';
import type { DeviceMessage, HostMessage } from '../protocol/messages.js';
import type { StreamSource } from './stream-readers.js';

/** A single link, or a connection over many of them. */
export interface Askable extends Pick<StreamSource, 'on' | 'onMessage'> {
  send(message: HostMessage): Promise<void>;
}

export interface Question<Answer> {
  readonly request: HostMessage;
  readonly timeoutMs: number;
  /** Undefined: it is no answer to this. */
  readonly accept: (message: DeviceMessage) => Answer | undefined;
  /** Messages that show that the answer is on its way. */
  readonly alive?: (message: DeviceMessage) => boolean;
}

/**
 * The first answer that `accept` takes; undefined when none comes in time.
 * @throws IsochroneError LINK_LOST, LINK_NOT_OPEN
 */
export function ask<Answer>(
  device: Askable,
  { request, timeoutMs, accept, alive = () => false }: Question<Answer>,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const late = (): void => settle(() => resolve(undefined));
    let timer = setTimeout(late, timeoutMs);
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      forget();
      forgetLink();
      how();
    };
    const forget = device.onMessage((message) => {
      const answer = accept(message);
      if (answer !== undefined) settle(() => resolve(answer));
      else if (alive(message)) {
        clearTimeout(timer);
        timer = setTimeout(late, timeoutMs);
      }
    });
    const forgetLink = device.on((event) => {
      if (event.kind !== 'link' || event.state !== 'lost') return;
      const error = new IsochroneError('LINK_LOST', `the link is lost: ${event.detail}`, {
        hint: 'Check the cable and that the device runs, and start again.',
      });
      settle(() => reject(error));
    }, 'now');
    device.send(request).catch((error: unknown) => settle(() => reject(error as Error)));
  });
}

/** The same until it is answered; what is asked again under the same id is done once. */
export async function askUntilAnswered<Answer>(
  device: Askable,
  question: Question<Answer>,
  attempts: number,
): Promise<Answer> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await ask(device, question);
    if (answer !== undefined) return answer;
  }
  throw deviceSilent(question.request.kind);
}

export function deviceSilent(what: string): IsochroneError {
  return new IsochroneError('DEVICE_SILENT', `the device did not answer for ${what}`, {
    hint: 'Check the line and its baud rate; a device of an older firmware does not know the request.',
    where: { request: what },
  });
}

/** Ids of requests. They begin anywhere, so that a host that has started anew is not answered from the device's memory. */
export class RequestIds {
  private next = Math.floor(Math.random() * 0x10000);

  take(): number {
    const id = this.next;
    this.next = (id + 1) & 0xffff;
    return id;
  }
}
