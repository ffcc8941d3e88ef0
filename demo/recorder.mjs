// Stores the raw bytes of every connection, before any HTTP parser sees them.
//
// Neighbours: main.mjs puts it in front of the HTTP server; the tests compare its files with what
// the client sent. Must not know: HTTP. One file a connection: `<n>.bin`, written as bytes arrive.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

/** Listens on `port`, forwards to `target`, records what clients send into `folder`. */
export function record({ port, target, folder }) {
  fs.mkdirSync(folder, { recursive: true });
  let count = fs.readdirSync(folder).length;
  const server = net.createServer((client) => {
    const file = fs.openSync(path.join(folder, `${count++}.bin`), 'a');
    const onward = net.connect(target, '127.0.0.1');
    client.on('data', (bytes) => {
      fs.writeSync(file, bytes);
      onward.write(bytes);
    });
    client.on('end', () => onward.end());
    onward.pipe(client);
    const close = () => { client.destroy(); onward.destroy(); };
    client.on('error', close);
    onward.on('error', close);
    client.on('close', () => { fs.closeSync(file); onward.destroy(); });
    onward.on('close', () => client.end());
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}
