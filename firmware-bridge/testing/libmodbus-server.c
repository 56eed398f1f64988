// A Modbus server that is not ours: libmodbus, with the faults of its own test server at fixed addresses.
//   libmodbus-server tcp PORT | rtu PATH BAUD
// Prints "ready". Every table has 1024 places; holding register n holds 1000 + n, input register n holds 2000 + n, coil n and discrete
// input n are on when n is a multiple of three. Reads of holding registers that begin at these addresses go wrong:
//   0x160, two registers   a reply with the data of one
//   0x170                  exception 6, busy
//   0x171                  a reply of another transaction (TCP) or of another unit (RTU)
//   0x172                  the reply comes half a second late
//   0x173                  the bytes of the reply come 5 ms apart
#include <modbus/modbus.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

enum { PLACES = 1024, SHORT = 0x160, BUSY = 0x170, STRANGER = 0x171, LATE = 0x172, SLOW = 0x173 };

static modbus_t *context;
static modbus_mapping_t *map;
static int rtu;

static int word(const uint8_t *bytes) { return bytes[0] << 8 | bytes[1]; }

static int crc16(const uint8_t *bytes, int length) {
  int crc = 0xffff;
  for (int at = 0; at < length; at++) {
    crc ^= bytes[at];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
  }
  return crc;
}

static void strange(const uint8_t *request, int head) {
  uint8_t reply[] = { rtu ? request[head - 1] + 1 : request[head - 1], 3, 2, 0, 0 };
  modbus_send_raw_request(context, reply, sizeof reply);
}

// The reply to a read of one register, byte by byte, past libmodbus, which sends frames whole.
static void slowly(const uint8_t *request, int head) {
  uint8_t frame[16];
  int length = 0, value = map->tab_registers[SLOW];
  if (!rtu) {
    memcpy(frame, request, 4);
    frame[4] = 0, frame[5] = 5, length = 6;
  }
  uint8_t body[] = { request[head - 1], 3, 2, value >> 8, value };
  memcpy(frame + length, body, sizeof body);
  length += sizeof body;
  if (rtu) {
    int crc = crc16(frame, length);
    frame[length++] = crc, frame[length++] = crc >> 8;
  }
  for (int at = 0; at < length; at++) {
    usleep(5000);
    if (write(modbus_get_socket(context), frame + at, 1) != 1) return;
  }
}

// Returns -1 when the connection is of no more use.
static int answer(uint8_t *request, int length) {
  int head = modbus_get_header_length(context);
  if (request[head] == 3) {
    int address = word(request + head + 1), count = word(request + head + 3);
    switch (address) {
      case SHORT: if (count == 2) request[head + 4] = 1; break;
      case BUSY: return modbus_reply_exception(context, request, MODBUS_EXCEPTION_SLAVE_OR_SERVER_BUSY);
      case STRANGER: strange(request, head); return 0;
      case LATE: usleep(500000); break;
      case SLOW: if (count == 1) { slowly(request, head); return 0; } break;
    }
  }
  return modbus_reply(context, request, length, map);
}

static void serve_line(void) {
  uint8_t request[MODBUS_RTU_MAX_ADU_LENGTH];
  for (;;) {
    int length = modbus_receive(context, request);
    if (length > 0) answer(request, length);
    else if (length < 0 && errno == EIO) exit(0);
  }
}

static void serve_sockets(int port) {
  uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
  int listening = modbus_tcp_listen(context, 128), highest = listening, yes = 1;
  if (listening < 0) { perror("listen"); exit(1); }
  fd_set open, ready;
  FD_ZERO(&open);
  FD_SET(listening, &open);
  printf("ready %d\n", port), fflush(stdout);
  for (;;) {
    ready = open;
    if (select(highest + 1, &ready, 0, 0, 0) < 0) exit(1);
    for (int socket = 0; socket <= highest; socket++) {
      if (!FD_ISSET(socket, &ready)) continue;
      if (socket == listening) {
        int fresh = modbus_tcp_accept(context, &listening);
        if (fresh < 0) continue;
        setsockopt(fresh, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        FD_SET(fresh, &open);
        if (fresh > highest) highest = fresh;
        continue;
      }
      modbus_set_socket(context, socket);
      int length = modbus_receive(context, request);
      if (length < 0 || (length > 0 && answer(request, length) < 0)) {
        close(socket);
        FD_CLR(socket, &open);
      }
    }
  }
}

int main(int count, char **args) {
  signal(SIGPIPE, SIG_IGN);
  rtu = count == 4 && !strcmp(args[1], "rtu");
  if (!rtu && (count != 3 || strcmp(args[1], "tcp"))) return fprintf(stderr, "usage: tcp PORT | rtu PATH BAUD\n"), 2;
  map = modbus_mapping_new(PLACES, PLACES, PLACES, PLACES);
  for (int n = 0; n < PLACES; n++) {
    map->tab_registers[n] = 1000 + n, map->tab_input_registers[n] = 2000 + n;
    map->tab_bits[n] = map->tab_input_bits[n] = n % 3 == 0;
  }
  context = rtu ? modbus_new_rtu(args[2], atoi(args[3]), 'N', 8, 1) : modbus_new_tcp("127.0.0.1", atoi(args[2]));
  modbus_set_slave(context, 1);
  if (!rtu) serve_sockets(atoi(args[2]));
  if (modbus_connect(context) < 0) return perror("connect"), 1;
  printf("ready %s\n", args[2]), fflush(stdout);
  serve_line();
}
