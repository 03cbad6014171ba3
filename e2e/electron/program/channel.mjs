// Messages between the program and the test that drives it: requests that are answered, and notes that are not.

/**
 * @param {{ send: (message: unknown) => void, listen: (listener: (message: any) => void) => void }} wire
 * @param {Record<string, (body: any) => unknown>} handlers By the kind of a message.
 */
export function openChannel({ send, listen }, handlers) {
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let last = 0;
  let isOver = false;

  listen(async ({ type, id, kind, body, error }) => {
    if (type === 'answer') {
      const { resolve, reject } = waiting.get(id) ?? {};
      waiting.delete(id);
      if (error === undefined) resolve?.(body);
      else reject?.(new Error(error));
      return;
    }
    const answer = type === 'request' ? (content) => !isOver && send({ type: 'answer', id, ...content }) : () => {};
    try {
      const handler = handlers[kind];
      if (handler === undefined) throw new Error(`not in the stand-in: ${kind}`);
      answer({ body: await handler(body) });
    } catch (failure) {
      const text = failure instanceof Error ? failure.message : String(failure);
      if (type === 'note') console.error(failure);
      answer({ error: text });
    }
  });

  return {
    /** @param {string} kind @param {unknown} [body] @returns {Promise<any>} */
    ask(kind, body) {
      return new Promise((resolve, reject) => {
        if (isOver) return reject(new Error('the program has ended'));
        last += 1;
        waiting.set(last, { resolve, reject });
        send({ type: 'request', id: last, kind, body });
      });
    },
    /** @param {string} kind @param {unknown} [body] */
    tell(kind, body) {
      if (!isOver) send({ type: 'note', kind, body });
    },
    /** Whatever is still waited for fails. */
    end() {
      isOver = true;
      for (const { reject } of waiting.values()) reject(new Error('the program has ended'));
      waiting.clear();
    },
  };
}
