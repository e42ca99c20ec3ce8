// A Graphviz graph laid out as SVG, by Graphviz itself in WebAssembly.
/** @returns an SVG document */
export async function svgGraph(dot: string): Promise<string> {
  // A megabyte and a half, for whoever asks for a picture.
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  return viz.renderString(dot, { format: 'svg', engine: 'dot' });
}
