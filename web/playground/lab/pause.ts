/** Lets messages in; a timer of 0 ms would be held back to 4. */
const channel = new MessageChannel() as unknown as {
  readonly port1: { onmessage: (() => void) | null };
  readonly port2: { postMessage(value: number): void };
};

/** At least so long. */
export function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 4) return new Promise((resolve) => setTimeout(resolve, milliseconds));
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(0);
  });
}
