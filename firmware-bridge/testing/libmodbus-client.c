// A Modbus RTU master that is not ours: libmodbus, asking as fast as it can.
//   libmodbus-client PATH BAUD UNIT REGISTERS READS GAP-MICROSECONDS
// Prints JSON: seconds, CPU seconds, reads that failed, and the sum of all registers read. libmodbus keeps no silence before a request; with
// GAP above 0 this program sleeps so long before each.
#include <modbus/modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

int main(int count, char **args) {
  if (count != 7) return fprintf(stderr, "usage: PATH BAUD UNIT REGISTERS READS GAP\n"), 2;
  modbus_t *context = modbus_new_rtu(args[1], atoi(args[2]), 'N', 8, 1);
  int registers = atoi(args[4]), reads = atoi(args[5]), gap = atoi(args[6]), failed = 0;
  uint16_t words[MODBUS_MAX_READ_REGISTERS];
  unsigned long sum = 0;
  modbus_set_slave(context, atoi(args[3]));
  if (modbus_connect(context) < 0) return perror("connect"), 1;
  double begin = now();
  for (int read = 0; read < reads; read++) {
    if (gap > 0) usleep(gap);
    if (modbus_read_registers(context, 0, registers, words) != registers) failed++;
    else for (int place = 0; place < registers; place++) sum += words[place];
  }
  double seconds = now() - begin;
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double cpu = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  printf("{\"seconds\":%f,\"cpuSeconds\":%f,\"failed\":%d,\"sum\":%lu}\n", seconds, cpu, failed, sum);
  modbus_close(context);
  modbus_free(context);
  return 0;
}
