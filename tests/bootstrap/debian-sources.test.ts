import test from 'ava';
import { deb822Sources, oneLineSources } from '../../bootstrap/debian-sources.mjs';

test('of one-line sources, those of the Debian archive are kept with the new suite', (t) => {
  const text = `
# deb http://deb.debian.org/debian buster main
deb http://deb.debian.org/debian bookworm main contrib # the archive
deb-src http://deb.debian.org/debian bookworm main
deb [signed-by=/usr/share/keyrings/own.gpg arch=amd64] https://mirror.example/debian/ stable main
deb http://deb.debian.org/debian bookworm-updates main
deb http://security.debian.org/debian-security bookworm-security main
deb https://download.docker.com/linux/debian bookworm stable
deb https://packages.example/apt cloud-sdk-bookworm main
deb https://packages.example/apt ./
`;
  t.is(
    oneLineSources(text, 'sid'),
    'deb http://deb.debian.org/debian sid main\n' +
      'deb [signed-by=/usr/share/keyrings/own.gpg arch=amd64] https://mirror.example/debian/ sid main\n',
  );
});

test('a source that is named twice is asked once', (t) => {
  const line = 'deb http://deb.debian.org/debian bookworm main\n';
  t.is(oneLineSources(line + line, 'sid'), 'deb http://deb.debian.org/debian sid main\n');
});

test('of deb822 sources, those of the Debian archive are kept with the new suite', (t) => {
  const text = `Types: deb deb-src
# where this image came from
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: https://deb.example.com/node_20.x
Suites: nodistro
Components: main

Enabled: no
Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm
Components: main
`;
  t.is(
    deb822Sources(text, 'sid'),
    `types: deb
uris: http://deb.debian.org/debian
suites: sid
components: main
signed-by: /usr/share/keyrings/debian-archive-keyring.gpg
`,
  );
});

test('a key that is written out under Signed-By is kept whole', (t) => {
  const text = `Types: deb
URIs: mirror+file:///etc/apt/mirrors/debian.list
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEY
 -----END PGP PUBLIC KEY BLOCK-----
`;
  t.true(
    deb822Sources(text, 'testing').endsWith(
      'signed-by: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEY\n -----END PGP PUBLIC KEY BLOCK-----\n',
    ),
  );
});

test('a machine without a Debian mirror has nothing to offer', (t) => {
  t.is(oneLineSources('deb http://archive.ubuntu.com/ubuntu noble main\n', 'sid'), '');
  t.is(deb822Sources('', 'sid'), '');
});
