// A shared object that is not ours.
extern "C" int not_what_is_asked_for() {
  return 0;
}
