// What a name of ONNX is as the name of a layer.
/** Letters, digits, `_`, `.`, `/` and `-`, as tf.layers and ONNX take them; may be empty, and another's too. */
export function asLayerName(text: string): string {
  return text.replace(/[^\w./-]/g, '_').replace(/^[^A-Za-z0-9]+/, '');
}
