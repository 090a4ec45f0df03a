import test from 'ava';
import { hostName, hostOfHeader } from '../../schemas/host-name.ts';

test('a host has one spelling', (t) => {
  t.is(hostName('LocalHost'), 'localhost');
  t.is(hostName('127.1'), '127.0.0.1');
  t.is(hostName('::1'), '[::1]');
  t.is(hostName('[0:0:0:0:0:0:0:1]'), '[::1]');
  t.is(hostName('my_host.local'), 'my_host.local');
});

test('F13: a header is one host and perhaps a port, or none', (t) => {
  t.is(hostOfHeader('localhost:8000'), 'localhost');
  t.is(hostOfHeader('[::1]:8000'), '[::1]');
  t.is(hostOfHeader('[::1]'), '[::1]');
  for (const other of ['', ':80', 'a@localhost', 'localhost/x', 'localhost#', 'a b', 'x:y', '*']) {
    t.is(hostOfHeader(other), undefined, other);
  }
});
