// In the reader's browser: what the page carries compressed, read when it is needed.
import type * as VegaModule from 'vega';

export type Vega = typeof VegaModule & { readonly expressionInterpreter: unknown };

/** What the page's other scripts find at `window.morphline`. */
export interface Unpacking {
  /** The text of a compressed block. */
  readonly unpack: (block: Element) => Promise<string>;
  /** Vega's runtime, there from the first call on. */
  readonly loadVega: () => Promise<Vega>;
}

/** Sent to the page as text: it may use nothing of this module but types. */
export function unpacking(): void {
  function unpack(block: Element): Promise<string> {
    const text = atob(block.textContent ?? '');
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).text();
  }

  async function runBlocks(): Promise<Vega> {
    for (const block of document.querySelectorAll('script[data-runtime]')) {
      const script = document.createElement('script');
      // The page's policy names the hash of exactly this text.
      script.textContent = await unpack(block);
      document.head.append(script);
    }
    return (window as unknown as { vega: Vega }).vega;
  }

  let loading: Promise<Vega> | undefined;
  const loadVega = () => {
    loading ??= runBlocks();
    return loading;
  };
  Object.assign(window, { morphline: { unpack, loadVega } satisfies Unpacking });
}
