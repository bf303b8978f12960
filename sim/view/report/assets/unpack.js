"use strict";
/* Reads what sim/view/report/pack.py writes. */
async function unpackContent(compressed) {
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = head.$arrays.map(([kind, offset, size]) => {
    const start = 4 + length + offset;
    if (kind === "u1") return new Uint8Array(buffer, start, size);
    const bytes = new Uint8Array(buffer, start, 4 * size);
    const words = new Uint32Array(size);
    for (let i = 0; i < size; i++) {
      words[i] = (bytes[i] | (bytes[i + size] << 8) | (bytes[i + 2 * size] << 16) | (bytes[i + 3 * size] << 24)) >>> 0;
    }
    if (kind === "f4") return new Float32Array(words.buffer);
    const whole = new Int32Array(words.buffer);
    for (let i = 1; i < size; i++) whole[i] = (whole[i] + whole[i - 1]) | 0;
    return whole;
  });
  const full = (value) => {
    if (Array.isArray(value)) return value.map(full);
    if (value === null || typeof value !== "object") return value;
    if ("$array" in value) return arrays[value.$array];
    const copy = {};
    for (const [key, item] of Object.entries(value)) copy[key] = full(item);
    return copy;
  };
  return full(head.content);
}

function bytesFromBase64(text) {
  const plain = atob(text.trim());
  const bytes = new Uint8Array(plain.length);
  for (let i = 0; i < plain.length; i++) bytes[i] = plain.charCodeAt(i);
  return bytes;
}
