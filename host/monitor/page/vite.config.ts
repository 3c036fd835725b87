import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root: here,
  // Relative addresses, so that the page also works behind a path of a proxy.
  base: './',
  build: {
    outDir: fileURLToPath(new URL('../../../dist/page', import.meta.url)),
    emptyOutDir: true,
    rolldownOptions: { input: [join(here, 'index.html'), join(here, 'ward.html')] },
    target: 'es2022',
    // The page's content policy allows files of its own origin only, no data: addresses and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
