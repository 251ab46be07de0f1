// Names for which Node loads all of its HTTP, tens of milliseconds in every thread: here they throw.
for (const name of ["Response", "Request", "Headers", "FormData", "fetch", "WebSocket", "EventSource"]) {
  Object.defineProperty(globalThis, name, {
    get() {
      throw new Error(`${name} was named`);
    },
  });
}
