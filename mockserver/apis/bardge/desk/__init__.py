"""The use cases of Bardge, and all that changes anything.

    classes         booked at once, or by a session             making     how a booking comes to be
    spa             appointments: a session, then a booking     diary      places of classes, hours of spas
    bookings        cancelled, moved                            sessions   opened, used, run out
    access          codes that open a door                      timetable  what time does to a booking, and when
    copays, buying  what a pass does not cover                  due        doing it
    passes          issued, changed, prolonged                  till       business accounts and credits
    clients         named, given passcodes, sold credits        register   finding records; ids, codes and moments
    lookups         clients of other resellers                  coverage   what a pass is good for
    visitors        who goes there, and with which pass
    catalogue, availability, pages

What a use case refuses, it may refuse after it has written something: the transaction around it undoes that.
"""
